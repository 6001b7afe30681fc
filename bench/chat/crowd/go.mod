module innstream/bench/chat/crowd

go 1.26.0
