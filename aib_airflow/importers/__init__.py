"""What other tools build images from, turned into Azure Image Builder templates."""
