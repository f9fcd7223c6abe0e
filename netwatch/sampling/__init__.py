"""Samples of lines, endpoints and sensors: means of five minutes, kept in packed blocks, thinned out with age."""
