"""What computes the views' features: PyTorch, OpenVINO or ONNX Runtime. What is behind them stays PyTorch."""
