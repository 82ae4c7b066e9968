// Drawing of strokes on a canvas, as the server renders them: lines with round ends, or filled areas.

/** Draw the first `points` points of a stroke; all by default. */
export function drawStroke(pen, stroke, points = stroke.points.length) {
  const some = stroke.points.slice(0, points);
  pen.strokeStyle = pen.fillStyle = stroke.colour;
  pen.lineCap = pen.lineJoin = "round";
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

/** Draw strokes on an empty sheet. */
export function drawAll(canvas, strokes, paper = "#ffffff") {
  const pen = canvas.getContext("2d");
  pen.fillStyle = paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const stroke of strokes) drawStroke(pen, stroke);
}

/** Draw strokes as they were drawn, in some seconds; returns a function that stops it. */
export function replay(canvas, strokes) {
  drawAll(canvas, []);
  const pen = canvas.getContext("2d"), total = strokes.reduce((sum, stroke) => sum + stroke.points.length, 0);
  const pace = Math.max(1, total / 240);
  let shown = 0, frame = 0;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) shown = total;
  const step = () => {
    shown += pace;
    drawAll(canvas, []);
    let left = Math.ceil(shown);
    for (const stroke of strokes) {
      if (left <= 0) break;
      drawStroke(pen, stroke, Math.min(left, stroke.points.length));
      left -= stroke.points.length;
    }
    if (shown < total) frame = requestAnimationFrame(step);
  };
  frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}
