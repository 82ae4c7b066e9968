"""Pictures of a trained StyleGAN2 or StyleGAN3."""
