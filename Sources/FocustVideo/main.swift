print("focust-video")
