import CLinux
import Glibc

/// Rules for system calls, as the program of the kernel's packet filter that seccomp(2) takes (linux/filter.h).
struct CallRules {
    /// What an argument must be: its lower half, of which `mask` is looked at; for all that is judged here fits into it.
    struct Condition {
        fileprivate let argument: UInt32
        fileprivate let mask: UInt32
        fileprivate let value: UInt32
        fileprivate let isEqual: Bool

        init(_ argument: UInt32, masked mask: UInt32, is value: UInt32) {
            (self.argument, self.mask, self.value, isEqual) = (argument, mask, value, true)
        }

        init(_ argument: UInt32, masked mask: UInt32, isNot value: UInt32) {
            (self.argument, self.mask, self.value, isEqual) = (argument, mask, value, false)
        }

        static func equal(_ argument: UInt32, _ value: UInt32) -> Condition {
            Condition(argument, masked: .max, is: value)
        }

        /// None of these bits.
        static func without(_ argument: UInt32, _ bits: UInt32) -> Condition {
            Condition(argument, masked: bits, is: 0)
        }
    }

    /// linux/bpf_common.h: load a word from a place; jump where equal; and; return.
    private enum Code {
        static let load: UInt16 = 0x20
        static let jumpIfEqual: UInt16 = 0x15
        static let and: UInt16 = 0x54
        static let answer: UInt16 = 0x06
    }

    /// linux/seccomp.h: SECCOMP_RET_….
    private enum Answer {
        static let allow: UInt32 = 0x7FFF_0000
        static let error: UInt32 = 0x0005_0000
        static let killProcess: UInt32 = 0x8000_0000
    }

    /// linux/seccomp.h, struct seccomp_data: number of the call, architecture, address, six arguments of 64 bits.
    private enum Place {
        static let number: UInt32 = 0
        static let architecture: UInt32 = 4
        static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }
    }

    private var rules: [sock_filter] = []

    /// Allows `call` where all of `conditions` hold; the first rule that fits counts.
    mutating func allow(_ call: UInt32, _ conditions: [Condition] = []) {
        add(call, conditions, Answer.allow)
    }

    /// Has `call` fail with this error.
    mutating func refuse(_ call: UInt32, _ error: Int32) {
        add(call, [], Answer.error | UInt32(error))
    }

    /// Everything else fails with EPERM; calls by another architecture's numbers, which would be judged as the wrong ones,
    /// end the process.
    func program() -> [sock_filter] {
        [
            sock_filter(code: Code.load, jt: 0, jf: 0, k: Place.architecture),
            sock_filter(code: Code.jumpIfEqual, jt: 1, jf: 0, k: focust_architecture),
            sock_filter(code: Code.answer, jt: 0, jf: 0, k: Answer.killProcess),
            sock_filter(code: Code.load, jt: 0, jf: 0, k: Place.number),
        ] + rules + [sock_filter(code: Code.answer, jt: 0, jf: 0, k: Answer.error | UInt32(EPERM))]
    }

    private mutating func add(_ call: UInt32, _ conditions: [Condition], _ answer: UInt32) {
        var body: [sock_filter] = []
        for (index, condition) in conditions.enumerated() {
            // Behind the body the number is loaded again, and the next rule looked at.
            let rest = UInt8(3 * (conditions.count - 1 - index) + 1)
            body += [
                sock_filter(code: Code.load, jt: 0, jf: 0, k: Place.argument(condition.argument)),
                sock_filter(code: Code.and, jt: 0, jf: 0, k: condition.mask),
                sock_filter(
                    code: Code.jumpIfEqual, jt: condition.isEqual ? 0 : rest,
                    jf: condition.isEqual ? rest : 0,
                    k: condition.value),
            ]
        }
        body.append(sock_filter(code: Code.answer, jt: 0, jf: 0, k: answer))
        if !conditions.isEmpty { body.append(sock_filter(code: Code.load, jt: 0, jf: 0, k: Place.number)) }
        rules.append(sock_filter(code: Code.jumpIfEqual, jt: 0, jf: UInt8(body.count), k: call))
        rules += body
    }
}
