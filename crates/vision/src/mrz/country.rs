//! Issuing states and nationalities that exist: ISO 3166-1 alpha-3, and the codes that ICAO 9303-3 adds.

/// ISO 3166-1 alpha-3, in order.
const ISO: &str = "ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ \
BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA \
ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV \
HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA \
MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU \
NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB \
SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB \
VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE";

/// What ICAO 9303-3 adds: Germany's single letter, the British kinds, organisations, persons without a nationality, Utopia for
/// specimens; `RKS` and `ROM` are what Kosovo and older Romanian documents carry.
const ICAO: &str = "D GBD GBN GBO GBP GBS EUE UNO UNA UNK XAA XBA XCC XCE XCO XDC XEC XES XIM XMP XOM XPO XXA XXB XXC XXX IAO UTO RKS ROM ZIM NTZ";

/// Whether a code, without its fillers, is one of a state, an organisation or a status that documents carry.
pub fn exists(code: &str) -> bool {
    (code == "D" || code.len() == 3)
        && (ISO.split(' ').any(|c| c == code) || ICAO.split(' ').any(|c| c == code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown() {
        for code in ["ESP", "D", "DEU", "UTO", "GBD", "XXA", "EUE", "ABW", "ZWE"] {
            assert!(exists(code), "{code}");
        }
        for code in [
            "", "DD", "ES", "ESQ", "0SP", "D<<", "ESP ", "esp", "ABW AFG",
        ] {
            assert!(!exists(code), "{code:?}");
        }
        assert_eq!(ISO.split(' ').count(), 249);
    }
}
