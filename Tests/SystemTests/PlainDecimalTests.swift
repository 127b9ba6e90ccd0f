import Testing

import System

@Suite struct PlainDecimalTests {
    @Test(arguments: [
        (0.069, "0.069"), (29.823, "29.823"), (12.0, "12"), (0.0, "0"), (-0.0, "0"), (0.0004, "0"),
        (0.0005, "0.001"),
        (0.5, "0.5"), (1.10, "1.1"), (1.001, "1.001"), (0.999_6, "1"), (-2.25, "-2.25"), (-0.0001, "0"),
        (86_400.25, "86400.25"), (5e-05, "0"), (123_456_789.125, "123456789.125"),
    ])
    func `A decimal has thousandths at most, no zeros at its end and no exponent`(value: Double, text: String)
    {
        #expect(value.plain == text)
    }

    @Test(arguments: [1e12, 1e300, -Double.infinity, Double.infinity, Double.nan])
    func `What has no thousandths is written as Swift writes it`(value: Double) {
        #expect(value.plain == "\(value)")
    }
}
