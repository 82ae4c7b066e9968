// Drawing of strokes on a canvas, as the server renders them: lines with round ends, or filled areas.

const NEAR = 140; // of red, green and blue together: the smooth edges of lines are filled, too

/** Draw the first `points` points of a stroke; all by default. */
export function drawStroke(pen, stroke, points = stroke.points.length) {
  const some = stroke.points.slice(0, points);
  pen.strokeStyle = pen.fillStyle = stroke.colour;
  pen.lineCap = pen.lineJoin = "round";
  if (stroke.flood) return flood(pen, stroke);
  if (stroke.fill && some.length > 2) {
    pen.beginPath();
    some.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.fill();
    return;
  }
  const width = ([, , pressure]) => Math.max(1, stroke.width * (pressure ?? 1));
  if (some.length === 1) {
    pen.beginPath();
    pen.arc(some[0][0], some[0][1], width(some[0]) / 2, 0, 2 * Math.PI);
    pen.fill();
  }
  if (some.every((point) => point.length === 2)) { // in one path: overlapping ends of smooth lines would be darker
    pen.lineWidth = stroke.width;
    pen.beginPath();
    some.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
    return;
  }
  for (let place = 1; place < some.length; place++) {
    pen.lineWidth = width(some[place]);
    pen.beginPath();
    pen.moveTo(some[place - 1][0], some[place - 1][1]);
    pen.lineTo(some[place][0], some[place][1]);
    pen.stroke();
  }
}

/** Fill the area of one colour around the point of a stroke, a row at a time. */
function flood(pen, { points: [[left, top]] }) {
  const { width, height } = pen.canvas, image = pen.getImageData(0, 0, width, height), pixels = image.data;
  const at = (x, y) => 4 * (y * width + x);
  const x = Math.min(Math.floor(left), width - 1), y = Math.min(Math.floor(top), height - 1);
  const [red, green, blue] = pixels.slice(at(x, y), at(x, y) + 3);
  const paint = [1, 3, 5].map((place) => parseInt(pen.fillStyle.slice(place, place + 2), 16));
  const done = new Uint8Array(width * height), rows = [[x, y]];
  const same = (place) => !done[place / 4]
    && Math.abs(pixels[place] - red) + Math.abs(pixels[place + 1] - green) + Math.abs(pixels[place + 2] - blue) < NEAR;
  while (rows.length) {
    let [from, row] = rows.pop();
    if (!same(at(from, row))) continue;
    while (from > 0 && same(at(from - 1, row))) from--;
    for (let to = from, above = false, below = false; to < width && same(at(to, row)); to++) {
      const place = at(to, row), up = row > 0 && same(place - 4 * width), down = row < height - 1 && same(place + 4 * width);
      done[place / 4] = 1;
      pixels.set(paint, place);
      if (up && !above) rows.push([to, row - 1]);
      if (down && !below) rows.push([to, row + 1]);
      [above, below] = [up, down];
    }
  }
  pen.putImageData(image, 0, 0);
}

/** Draw strokes on an empty sheet. */
export function drawAll(canvas, strokes, paper = "#ffffff") {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.fillStyle = paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const stroke of strokes) drawStroke(pen, stroke);
}

/** Draw strokes as they were drawn, in some seconds; returns a function that stops it. */
export function replay(canvas, strokes) {
  drawAll(canvas, []);
  const pen = canvas.getContext("2d"), done = document.createElement("canvas"); // what is finished is drawn once
  [done.width, done.height] = [canvas.width, canvas.height];
  drawAll(done, []);
  const pace = Math.max(1, strokes.reduce((sum, stroke) => sum + stroke.points.length, 0) / 240);
  let left = matchMedia("(prefers-reduced-motion: reduce)").matches ? Infinity : 0, place = 0, frame = 0;
  const step = () => {
    for (left += pace; place < strokes.length && left >= strokes[place].points.length; place++) {
      drawStroke(done.getContext("2d"), strokes[place]);
      left -= strokes[place].points.length;
    }
    pen.drawImage(done, 0, 0);
    if (place === strokes.length) return;
    if (left >= 1 && !strokes[place].flood) drawStroke(pen, strokes[place], Math.floor(left));
    frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}
