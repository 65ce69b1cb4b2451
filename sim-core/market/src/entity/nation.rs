//! A state: buyer, regulator, and a zone of the market. Its demand segments are in `demand.rs`.

use crate::schema::{Kind, Range};
use crate::{parameters, vocabulary};

vocabulary! {
    /// Where work of a sensitivity may be processed.
    pub enum Residency {
        /// Anywhere.
        Any = "any",
        /// In the own zone, under domestic or foreign control.
        Territory = "territory",
        /// In the own zone, by a provider whose control plane is at home.
        Domestic = "domestic",
    }
}

vocabulary! {
    /// World Bank income group.
    pub enum IncomeGroup {
        /// Low income.
        Low = "low",
        /// Lower middle income.
        LowerMiddle = "lower_middle",
        /// Upper middle income.
        UpperMiddle = "upper_middle",
        /// High income.
        High = "high",
    }
}

vocabulary! {
    /// What a nation does about payments abroad while it is short of hard currency.
    pub enum CurrencyResponse {
        /// They wait: orders and parts from abroad stand still, foreign clouds are closed.
        Wait = "wait",
        /// They go over the parallel market at a premium.
        Premium = "premium",
    }
}

parameters! {
    /// A state: buyer, regulator, and a zone of the market.
    pub struct NationParameters {
        /// Title for reports.
        title: String = String::new(), Kind::Text, Measured, "calibration/nations.csv";
        /// Gross domestic product a year.
        gdp: f64 = 1.0e10, Kind::Number { unit: "USD/year", range: Range::above(0.0, 1e15) }, Measured, "calibration/nations.csv (World Bank)";
        /// Population.
        population: f64 = 1.0e6, Kind::Number { unit: "1", range: Range::above(0.0, 2e10) }, Measured, "calibration/nations.csv (World Bank)";
        /// World Bank income group; scales demand for compute.
        income_group: IncomeGroup = IncomeGroup::UpperMiddle, Kind::Choice(IncomeGroup::WORDS), Measured, "calibration/nations.csv (World Bank)";
        /// Price of power to data centres, without tax.
        power_price: f64 = 0.12, Kind::Number { unit: "USD/kWh", range: Range::above(0.0, 5.0) }, Measured, "calibration/nations.csv (Eurostat, EIA, World Bank Doing Business)";
        /// Volatility of the log real exchange rate, σ_x.
        fx_volatility: f64 = 0.07, Kind::Number { unit: "1/year^0.5", range: Range::closed(0.0, 3.0) }, Measured, "calibration/nations.csv (UN annual rates)";
        /// Mean-reversion rate of the log real exchange rate, κ_x (half-life of purchasing-power deviations about three years).
        fx_reversion: f64 = 0.231, Kind::Number { unit: "1/year", range: Range::above(0.0, 50.0) }, Calibrated, "Rogoff 1996: half-life of three to five years";
        /// Rate at which a shortage of hard currency begins; zero: never.
        currency_onset["hard_currency.onset"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 365.25) }, Assumed, "off; 0.036 a year with the default length gives the 28 of some 150 emerging and developing economies with parallel markets in 2022 (World Bank)";
        /// Mean length of a shortage of hard currency.
        currency_length["hard_currency.length"]: f64 = 2313.0, Kind::Number { unit: "day", range: Range::above(0.0, 36_525.0) }, Calibrated, "mean of the dual systems of Venezuela (6 years), Mexico (5) and Argentina (8) after 1982: Kiguel and O'Connell 1995";
        /// What happens to payments abroad meanwhile.
        currency_response["hard_currency.response"]: CurrencyResponse = CurrencyResponse::Premium, Kind::Choice(CurrencyResponse::WORDS), Assumed, "parallel markets exist where rationing would bind";
        /// Premium of the parallel market over the official rate under `premium`.
        currency_premium["hard_currency.premium"]: f64 = 0.44, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Calibrated, "middle of the mean premia of Mexico (30 %), Argentina (44 %) and Venezuela (120 %): Kiguel and O'Connell 1995";
        /// Whether foreign clouds stay open under `wait` (they are paid from balances abroad).
        currency_clouds["hard_currency.clouds"]: bool = false, Kind::Flag, Assumed, "subscriptions are paid abroad every month";
        /// Multiplier on the nation's reference demand for compute.
        demand_scale: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "one: demand follows GDP";
        /// Share of the nation's expected reference demand for which capacity at home is wanted, split by the portfolio.
        coverage["policy.coverage"]: f64 = 0.25, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "policy";
        /// Share of the portfolio that goes into the national data centre.
        portfolio_data_centre["policy.portfolio.data_centre"]: f64 = 0.4, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share of the portfolio that goes into the domestic node network.
        portfolio_network["policy.portfolio.network"]: f64 = 0.4, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share of the portfolio that is left to foreign clouds.
        portfolio_cloud["policy.portfolio.cloud"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Money that the state appropriates to compute in its first fiscal year; unset: no limit, the treasury pays what its levers ask.
        appropriation["policy.appropriation"]: Option<f64> = None, Kind::Number { unit: "USD/year", range: Range::closed(0.0, 1e13) }, Assumed, "policy";
        /// Growth of the appropriation from year to year.
        appropriation_growth["policy.appropriation_growth"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(-1.0, 10.0) }, Assumed, "policy";
        /// Share of what is left of a lever's money at the end of a fiscal year that the lever keeps; the rest lapses.
        carry_over["policy.carry_over"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "annual appropriations lapse";
        /// Share of the appropriation for the hardware of the national data centre.
        budget_data_centre["policy.budget.data_centre"]: f64 = 0.5, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for rebates on the bills of clouds.
        budget_cloud["policy.budget.cloud"]: f64 = 0.1, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for subsidies to nodes of the domestic network, on capital or on energy.
        budget_node_subsidy["policy.budget.node_subsidy"]: f64 = 0.2, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for tax breaks: revenue that the state forgoes.
        budget_tax_break["policy.budget.tax_break"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for a stockpile of spare parts.
        budget_stockpile["policy.budget.stockpile"]: f64 = 0.05, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for projects of domestic chips.
        budget_chip_project["policy.budget.chip_project"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for the training of talent.
        budget_talent["policy.budget.talent"]: f64 = 0.05, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for enclaves, audits and red-teaming.
        budget_security["policy.budget.security"]: f64 = 0.05, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for a national model.
        budget_models["policy.budget.models"]: f64 = 0.05, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share for contributions to alliances and commons.
        budget_alliance["policy.budget.alliance"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Where open work may be processed.
        residency_open["policy.residency.open"]: Residency = Residency::Any, Kind::Choice(Residency::WORDS), Assumed, "policy";
        /// Where regulated work may be processed.
        residency_regulated["policy.residency.regulated"]: Residency = Residency::Any, Kind::Choice(Residency::WORDS), Assumed, "policy";
        /// Where critical work may be processed.
        residency_critical["policy.residency.critical"]: Residency = Residency::Domestic, Kind::Choice(Residency::WORDS), Assumed, "policy";
        /// Share of the cost of enclaves, audits and red-teaming of providers at home that the state pays.
        security_paid["policy.security.paid"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share of the work in enclaves that the state demands of pools in its zone which may serve its regulated or critical work.
        demanded_enclave["policy.security.enclave"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Level of audits that it demands of them.
        demanded_audits["policy.security.audits"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Level of red-teaming that it demands of them.
        demanded_red_team["policy.security.red_team"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Tariff on compute bought from abroad.
        tariff["policy.tariff"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 10.0) }, Assumed, "services trade is free of tariffs under the WTO moratorium";
        /// Compliance cost of regulated and critical work under foreign jurisdiction.
        compliance["policy.compliance"]: f64 = 0.15, Kind::Number { unit: "USD/H100eh", range: Range::closed(0.0, 1000.0) }, Assumed, "about a tenth of a rental price";
        /// Links to the outside (cable systems, land routes); what lies abroad can be used while one of them is up.
        links["connectivity.links"]: i64 = 3, Kind::Integer { min: 1, max: 1000 }, Assumed, "small coastal states have two to five cable systems";
        /// Failures of one link a year, all causes. Zero switches outages off; about 0.4 is observed.
        link_outage_rate["connectivity.outage_rate"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1000.0) }, Assumed, "off; over 200 submarine faults a year (Kordahi et al. 2019) on some 450 systems are about 0.4";
        /// Mean time to repair a link.
        link_outage_time["connectivity.outage_time"]: f64 = 20.0, Kind::Number { unit: "day", range: Range::above(0.0, 3650.0) }, Assumed, "average reported repair times of 20 to 30 days in 2013 to 2019 (SubTel Forum)";
        /// Share of a link's failures that take all links at once, β (beta-factor model).
        link_common_cause["connectivity.common_cause"]: f64 = 0.05, Kind::Number { unit: "1", range: Range::share() }, Assumed, "beta factors of 1 to 10 % for partly diverse redundancy";
        /// Round-trip time to providers in other zones.
        latency_abroad: f64 = 40.0, Kind::Number { unit: "ms", range: Range::closed(0.0, 10_000.0) }, Assumed, "a few thousand kilometres of fibre at 5 µs a kilometre each way, and routing";
        /// Taste multiplier for providers at home, by which their share exceeds their capacity's at equal price.
        home_taste: f64 = 1.5, Kind::Number { unit: "1", range: Range::above(0.0, 1000.0) }, Assumed, "home bias; in the sensitivity table";
        /// Repair crews per thousand nodes of a provider at home (talent).
        crews: f64 = 4.0, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "one technician per some 250 servers";
        /// Hazard that it withdraws, or loses to war, disaster or seizure, the sites that it hosts.
        hosting_hazard["hazard.hosting"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "two of three zones of one Gulf region lost in 2026-03, one region of some hundred in four years";
        /// Hazard that it loses all international links for longer than the horizon of the test.
        isolation_hazard["hazard.isolation"]: f64 = 0.001, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "Tonga 2022 (five weeks): one of some 200 economies in some ten years is 0.0005";
        /// Where the hardware of the portfolio's data centre and network is bought when several vendors may deliver: share by vendor.
        vendor_mix: Vec<(String, f64)> = Vec::new(), Kind::Shares("vendor"), Assumed, "empty: by the vendors' market shares";
    }
}
