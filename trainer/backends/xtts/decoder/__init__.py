"""Fine-tuning of the HiFi-GAN decoder, which turns GPT latents into audio."""
