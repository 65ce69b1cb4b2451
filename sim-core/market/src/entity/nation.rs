//! A state: buyer, regulator, and a zone of the market. Its demand segments are in `demand.rs`.

use super::demand::Sensitivity;
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
        /// In the own zone or that of an ally that recognises the own rules, or by a provider whose control plane is in one of them.
        Alliance = "alliance",
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

vocabulary! {
    /// When a state sells from its stockpile of spare parts.
    pub enum Release {
        /// Whenever a provider at home runs out.
        Last = "last",
        /// Only while such parts may not come from their vendor.
        Ban = "ban",
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
        /// Shares of the nation's demand by sensitivity of data.
        sensitivity_mix: Vec<(String, f64)> = Vec::new(), Kind::Shares("sensitivity"), Assumed, "empty: the world's shares";
        /// Shares of the nation's open demand by workload class.
        workload_mix_open["workload_mix.open"]: Vec<(String, f64)> = Vec::new(), Kind::Shares("workload"), Assumed, "empty: the world's shares";
        /// Shares of the nation's regulated demand by workload class.
        workload_mix_regulated["workload_mix.regulated"]: Vec<(String, f64)> = Vec::new(), Kind::Shares("workload"), Assumed, "empty: the world's shares";
        /// Shares of the nation's critical demand by workload class.
        workload_mix_critical["workload_mix.critical"]: Vec<(String, f64)> = Vec::new(), Kind::Shares("workload"), Assumed, "empty: the world's shares";
        /// Population that demand_scale, sensitivity_mix and workload_mix are filled from where the scenario does not state them: CSV or Parquet, one row a person.
        personas: String = String::new(), Kind::Personas, Assumed, "empty: none";
        /// Share of the nation's expected reference demand for which capacity at home is wanted, split by the portfolio.
        coverage["policy.coverage"]: f64 = 0.25, Kind::Number { unit: "1", range: Range::closed(0.0, 3.0) }, Assumed, "policy";
        /// Share of the portfolio that goes into the national data centre.
        portfolio_data_centre["policy.portfolio.data_centre"]: f64 = 0.4, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share of the portfolio that goes into the domestic node network.
        portfolio_network["policy.portfolio.network"]: f64 = 0.4, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
        /// Share of the portfolio that goes into the commons of which the nation is a member.
        portfolio_commons["policy.portfolio.commons"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "policy";
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
        /// Spare parts for each node of providers at home that the state wants in a stockpile of its own, on top of theirs.
        stockpile_parts["policy.stockpile.parts"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 100.0) }, Assumed, "off";
        /// When providers at home whose own stock is empty may buy from it.
        stockpile_release["policy.stockpile.release"]: Release = Release::Ban, Kind::Choice(Release::WORDS), Assumed, "policy";
        /// Where open work may be processed.
        residency_open["policy.residency.open"]: Residency = Residency::Any, Kind::Choice(Residency::WORDS), Assumed, "policy";
        /// Where regulated work may be processed.
        residency_regulated["policy.residency.regulated"]: Residency = Residency::Any, Kind::Choice(Residency::WORDS), Assumed, "policy";
        /// Where critical work may be processed.
        residency_critical["policy.residency.critical"]: Residency = Residency::Domestic, Kind::Choice(Residency::WORDS), Assumed, "policy";
        /// Models that open work may use; empty: all.
        models_open["policy.models.open"]: Vec<String> = Vec::new(), Kind::References("model"), Assumed, "policy";
        /// Models that regulated work may use; empty: all.
        models_regulated["policy.models.regulated"]: Vec<String> = Vec::new(), Kind::References("model"), Assumed, "policy";
        /// Models that critical work may use; empty: all.
        models_critical["policy.models.critical"]: Vec<String> = Vec::new(), Kind::References("model"), Assumed, "policy";
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
        /// Share of the bills of clouds that the state pays for its buyers while lever `cloud` has money.
        cloud_rebate["policy.cloud_rebate"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 0.99) }, Assumed, "off";
        /// Share of the price of hardware of node networks at home that the state pays while lever `node_subsidy` has money.
        capital_subsidy["policy.node_subsidy.capital"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 0.99) }, Assumed, "off";
        /// Share of the power bills of node networks at home that the state pays while lever `node_subsidy` has money.
        energy_subsidy["policy.node_subsidy.energy"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// Tax on the profit of pools in the nation: fees less power, operation and depreciation; losses are carried forward.
        profit_tax["policy.tax.profit"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::closed(0.0, 0.95) }, Assumed, "off; statutory rates of corporate tax are 20 to 25 % in most states (OECD 2024)";
        /// Share of the profit tax that the state waives for providers at home while lever `tax_break` has money.
        tax_break["policy.tax.break"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off";
        /// Compliance cost of regulated and critical work under foreign jurisdiction.
        compliance["policy.compliance"]: f64 = 0.15, Kind::Number { unit: "USD/H100eh", range: Range::closed(0.0, 1000.0) }, Assumed, "about a tenth of a rental price";
        /// The same under the jurisdiction of one nation, where it is not `policy.compliance`.
        compliance_with["policy.compliance_with"]: Vec<(String, f64)> = Vec::new(), Kind::Numbers { root: "nation", unit: "USD/H100eh", range: Range::closed(0.0, 1000.0) }, Assumed, "scenario: empty, the same towards all";
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
        /// Permanent jobs per megawatt of nodes at home.
        jobs_per_megawatt["jobs.per_megawatt"]: f64 = 1.0, Kind::Number { unit: "1/MW", range: Range::closed(0.0, 1000.0) }, Assumed, "announcements of hyperscale campuses: 0.5 to 1; small sites have more";
        /// Jobs per operator of pools with nodes at home beside them, in full-time equivalents.
        jobs_per_operator["jobs.per_operator"]: f64 = 0.1, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "half a day a week";
        /// Technicians at the start over the repair crews that the pools in the zone then want; they repair and install, and are at least one. Unset: no limit.
        talent_technicians["talent.technicians"]: Option<f64> = None, Kind::Number { unit: "1", range: Range::closed(0.0, 1000.0) }, Assumed, "no limit; the industry's staff grew from 2.0 million in 2019 to a forecast of 2.3 million in 2025 (Uptime Institute 2020), which is 2.3 % a year";
        /// Technicians that finish training without the state's help in a year, over those at the start.
        talent_graduates["talent.graduates"]: f64 = 0.05, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "replaces retirement and emigration at their defaults, about";
        /// Growth of that number, continuously compounded.
        talent_growth["talent.growth"]: f64 = 0.023, Kind::Number { unit: "1/year", range: Range::closed(-1.0, 3.0) }, Calibrated, "staff of data centres 2019 to 2025: Uptime Institute 2020";
        /// Technicians a year whose training the state pays.
        talent_training["talent.training"]: f64 = 0.0, Kind::Number { unit: "1/year", range: Range::closed(0.0, 1e7) }, Assumed, "policy";
        /// Cost of the training of one.
        talent_training_cost["talent.training_cost"]: f64 = 40_000.0, Kind::Number { unit: "USD", range: Range::above(0.0, 1e8) }, Assumed, "two years of post-secondary training at some 20,000 a year";
        /// How long it takes.
        talent_training_time["talent.training_time"]: f64 = 2.0, Kind::Number { unit: "year", range: Range::closed(0.0, 50.0) }, Assumed, "a short-cycle tertiary degree (ISCED level 5)";
        /// Nodes that one technician who does not repair installs a day.
        talent_installs["talent.installs"]: f64 = 1.0, Kind::Number { unit: "1/day", range: Range::above(0.0, 1e4) }, Assumed, "racking, cabling and burn-in of one server";
        /// Pay of technicians over that in the countries that draw them, at a real exchange rate of one.
        talent_pay["talent.pay"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::above(0.0, 100.0) }, Assumed, "no gap";
        /// Hazard that a technician emigrates at equal pay, h₀.
        talent_emigration["talent.emigration"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "a quarter of the skilled abroad after a career of thirty years; rates span a few percent in large economies and far more in small ones (Docquier and Schiff 2009)";
        /// Elasticity ε of that hazard with respect to the pay abroad over that at home.
        talent_elasticity["talent.pay_elasticity"]: f64 = 1.0, Kind::Number { unit: "1", range: Range::closed(0.0, 20.0) }, Assumed, "emigrants follow pay (Grogger and Hanson 2011); in the sensitivity table";
        /// Hazard that a technician retires.
        talent_retirement["talent.retirement"]: f64 = 0.033, Kind::Number { unit: "1/year", range: Range::closed(0.0, 100.0) }, Assumed, "a career of thirty years";
        /// Hazard that it withdraws, or loses to war, disaster or seizure, the sites that it hosts.
        hosting_hazard["hazard.hosting"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "two of three zones of one Gulf region lost in 2026-03, one region of some hundred in four years";
        /// Hazard that it loses all international links for longer than the horizon of the test.
        isolation_hazard["hazard.isolation"]: f64 = 0.001, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "Tonga 2022 (five weeks): one of some 200 economies in some ten years is 0.0005";
        /// Share of the power of nodes at home that comes from abroad over lines that one party can close.
        power_imports["dependence.power"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off: power is not tested";
        /// Time for which fuel and batteries replace it.
        power_backup["dependence.power_backup"]: f64 = 3.0, Kind::Number { unit: "day", range: Range::closed(0.0, 3650.0) }, Assumed, "data centres keep fuel for two to four days";
        /// Share of the repair crews at home that are foreign and may be called back.
        foreign_crews["dependence.staff"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off: staff is not tested";
        /// Share of critical work whose data lie abroad only.
        data_abroad["dependence.data"]: f64 = 0.0, Kind::Number { unit: "1", range: Range::share() }, Assumed, "off: data are not tested";
        /// Whether payments abroad run over channels that one party can close.
        payments_abroad["dependence.payments"]: bool = false, Kind::Flag, Assumed, "off: payments are not tested";
        /// Hazard that power from abroad stops for longer than the horizon of the test.
        power_hazard["hazard.power"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "as hosting";
        /// Hazard that foreign crews are called back.
        staff_hazard["hazard.staff"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "as hosting";
        /// Hazard that data kept abroad are withheld.
        data_hazard["hazard.data"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "as hosting";
        /// Hazard that payments abroad are closed.
        payments_hazard["hazard.payments"]: f64 = 0.01, Kind::Number { unit: "1/year", range: Range::closed(0.0, 10.0) }, Assumed, "Iran 2012 and 2018, Russia 2022: three of some 200 economies in some 15 years are 0.001; ten times that for states at risk";
        /// Where the hardware of the portfolio's data centre and network is bought when several vendors may deliver: share by vendor.
        vendor_mix: Vec<(String, f64)> = Vec::new(), Kind::Shares("vendor"), Assumed, "empty: by the vendors' market shares";
    }
}

impl NationParameters {
    /// Where work of a sensitivity may be processed.
    #[must_use]
    pub const fn residency(&self, sensitivity: Sensitivity) -> Residency {
        match sensitivity {
            Sensitivity::Open => self.residency_open,
            Sensitivity::Regulated => self.residency_regulated,
            Sensitivity::Critical => self.residency_critical,
        }
    }
}
