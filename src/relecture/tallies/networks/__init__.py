"""Networks that classify digits: search, pretraining, transfer and calibration."""
