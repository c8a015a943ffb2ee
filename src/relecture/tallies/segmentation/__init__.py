"""Page segmentation: from a page image to the crops of its cells."""
