import Testing

@testable import Conversion

@Suite("Thread share")
struct ThreadShareTests {
    @Test(
        "A conversion has the processors that others leave it, and at least one",
        arguments: [
            (cores: 16, jobs: 8, unfinished: 1, threads: 16), (16, 8, 2, 8), (16, 8, 8, 2), (16, 8, 100, 2),
            (2, 1, 5, 2), (2, 4, 3, 1), (1, 1, 0, 1), (0, 0, 0, 1),
        ])
    func divides(cores: Int, jobs: Int, unfinished: Int, threads: Int) {
        #expect(ThreadShare(cores: cores, jobs: jobs).threads(unfinished: unfinished) == threads)
    }

    @Test("Where nobody knows how many wait, as many as may run share")
    func assumesTheMost() {
        #expect(ThreadShare(cores: 16, jobs: 8).threads(unfinished: nil) == 2)
    }
}
