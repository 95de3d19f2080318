"""The pages. Thin: they put rows and words made elsewhere on the screen."""
