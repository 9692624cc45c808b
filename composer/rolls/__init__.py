"""The roll engine: music as a piano roll, frame by frame, as SchumaNN began in 2016, with its defects mended."""
