import Crypto

extension Settings {
    /// The settings that say something else in `other`; told by their texts, so that `8` differs from a default of 8.
    package func changes(to other: Settings) -> [Setting] {
        Setting.all.filter { given[$0.name]?.bytes != other.given[$0.name]?.bytes }
    }
}
