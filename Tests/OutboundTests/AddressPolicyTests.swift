import Domain
import Glibc
import Testing

@testable import Outbound

@Suite struct AddressPolicyTests {
    @Test(arguments: [
        "8.8.8.8", "1.0.0.0", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
        "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
        "198.51.99.255", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "2606:4700:4700::1111", "2001:200::1", "2a00:1450:4001::200e", "3ffe:ffff::1",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ])
    func `A public address may be connected to`(text: String) throws {
        #expect(AddressPolicy.publicOnly.allows(try address(text)))
    }

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
        "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    ])
    func `An address that is not public is refused, in IPv6 clothes too`(text: String) throws {
        let inner = try address(text)
        let hex = inner.bytes.map { String($0, radix: 16) }
        let sixToFour = inner.bytes + [UInt8](repeating: 0, count: 10)
        #expect(!AddressPolicy.publicOnly.allows(inner))
        #expect(!AddressPolicy.publicOnly.allows(try address("::ffff:\(text)")))
        #expect(!AddressPolicy.publicOnly.allows(try address("::\(text)")))
        #expect(!AddressPolicy.publicOnly.allows(try address("::ffff:0:\(text)")))
        #expect(!AddressPolicy.publicOnly.allows(try address("64:ff9b::\(text)")))
        #expect(!AddressPolicy.publicOnly.allows(try address("64:ff9b:1::\(text)")))
        #expect(!AddressPolicy.publicOnly.allows(IPAddress([0x20, 0x02] + sixToFour)), "\(hex)")
    }

    @Test(arguments: [
        "::", "::1", "::2", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1",
        "ff0e::1", "100::1", "2001::1", "2001:1::1", "2001:20::1", "2001:db8::1", "3fff::1", "3fff:fff::1",
        "4000::1", "5f00::1", "1fff::1",
    ])
    func `An IPv6 address that is not public is refused`(text: String) throws {
        #expect(!AddressPolicy.publicOnly.allows(try address(text)))
    }

    @Test func `Something that is no IP address is refused, and where any may be used all may`() throws {
        #expect(!AddressPolicy.publicOnly.allows(nil))
        #expect(IPAddress([1, 2, 3]) == nil)
        #expect(AddressPolicy.any.allows(try address("127.0.0.1")))
        #expect(AddressPolicy.any.allows(try address("::1")))
    }

    @Test func `The address is read whole from a socket address, and nothing from a short or strange one`() {
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        withUnsafeMutableBytes(of: &six.sin6_addr) { for index in 0..<16 { $0[index] = UInt8(index + 1) } }
        withUnsafeBytes(of: six) { bytes in
            #expect(IPAddress(sockaddr: bytes) == IPAddress(1...16))
            #expect(IPAddress(sockaddr: UnsafeRawBufferPointer(rebasing: bytes.prefix(16))) == nil)
        }
        var local = sockaddr_un()
        local.sun_family = sa_family_t(AF_UNIX)
        withUnsafeBytes(of: local) { #expect(IPAddress(sockaddr: $0) == nil) }
    }

    /// The C library's reading, so that ours is not its own judge.
    private func address(_ text: String) throws -> IPAddress {
        var bytes = [UInt8](repeating: 0, count: 16)
        let isSix = text.contains(":")
        try #require(inet_pton(isSix ? AF_INET6 : AF_INET, text, &bytes) == 1, "\(text)")
        return try #require(IPAddress(bytes.prefix(isSix ? 16 : 4)))
    }
}
