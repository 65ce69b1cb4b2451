//! Alliances and commons: what is lent after the market of the tick, contributions of the month, members that join and leave.

use crate::blueprint::alliance::{Club, Offer};
use crate::blueprint::{Blueprint, Effect};
use crate::id::{GroupId, ProviderId};
use crate::mechanism::government::Lever;
use crate::mechanism::pooling::{asked, lent, relief};
use crate::world::alliance::{Borrowed, Lending};
use crate::world::{ModelError, World};

/// A debt of a commons below this is the rounding of a division, USD.
const PETTY: f64 = 1.0;

impl World {
    /// Which offers are open today, at which compliance cost, and what each pool has of what its host lends.
    pub(crate) fn set_offers(&mut self, plan: &Blueprint) {
        let Some(mut lending) = self.alliances.lending.take() else { return };
        let hosts = &plan.sharing.hosts;
        let mut whole = vec![0.0; hosts.len()];
        for (o, offer) in plan.sharing.offers.iter().enumerate() {
            let (pool, host) = (plan.pool_of(offer.option.group), &hosts[offer.host as usize]);
            let buyer = plan.segments[offer.segment.at()].nation;
            let lender = host.seat.is_none_or(|seat| self.alliances.present[host.club][seat]);
            let open = lender
                && self.has_access(plan, pool, buyer)
                && self.is_open_to(plan, offer.segment, &offer.option);
            lending.open[o] = (open, self.compliance_of(plan, offer.segment, &offer.option));
            let nodes = self.installed_in(plan, offer.option.group);
            lending.part[o] = nodes * self.standing(plan, pool, host.queue);
        }
        // Several pools stand in one queue once for each segment: the whole is that of any one of them.
        for (h, whole) in whole.iter_mut().enumerate() {
            let of_host =
                || plan.sharing.offers.iter().enumerate().filter(|(_, o)| o.host as usize == h);
            let Some((_, first)) = of_host().next() else { continue };
            let of_segment = of_host().filter(|(_, o)| o.segment == first.segment);
            *whole = of_segment.map(|(o, _)| lending.part[o]).sum();
        }
        for (part, offer) in lending.part.iter_mut().zip(&plan.sharing.offers) {
            let whole = whole[offer.host as usize];
            *part = if whole > 0.0 { *part / whole } else { 0.0 };
        }
        self.alliances.lending = Some(lending);
    }

    fn installed_in(&self, plan: &Blueprint, group: GroupId) -> f64 {
        let models = plan.hardware.len();
        let cells = self.installed[group.at() * models..(group.at() + 1) * models].iter();
        cells.zip(&self.market.server_compute).map(|(&n, &compute)| n as f64 * compute).sum()
    }

    /// Lends what the market of the tick left idle to members whose work was not served.
    pub(super) fn lend(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        let Some(mut lending) = self.alliances.lending.take() else { return Ok(()) };
        let done = self.lend_out(plan, &mut lending);
        self.alliances.lending = Some(lending);
        done
    }

    fn lend_out(&self, plan: &Blueprint, lending: &mut Lending) -> Result<(), ModelError> {
        lending.relieved.fill(0.0);
        lending.borrowed.fill(Borrowed::default());
        lending.active = self.offer_idle(plan, lending)?;
        if !lending.active {
            return Ok(());
        }
        self.price_offers(plan, lending)?;
        lending.active = self.ask(plan, lending)?;
        if !lending.active {
            return Ok(());
        }
        lending.solver.solve(&lending.structure, &lending.inputs, &mut lending.outcome);
        self.book_loans(plan, lending);
        self.relieve(lending);
        Ok(())
    }

    /// Capacity that hosts lend; whether there is any.
    fn offer_idle(&self, plan: &Blueprint, lending: &mut Lending) -> Result<bool, ModelError> {
        let mut any = false;
        for (h, host) in plan.sharing.hosts.iter().enumerate() {
            let club = &plan.sharing.clubs[host.club];
            let (mut offered, mut servers) = (0.0, 1.0);
            if let Some(at) = lending.queue[h].map(|at| at as usize) {
                let (capacity, all) = self.working_in(at);
                let mut used = if self.contracts.running { self.contracts.taken[at] } else { 0.0 };
                for tier in 0..self.market.tiers {
                    used += self.market.outcome.group(tier, at).served;
                }
                offered = lent(capacity, used, (club.limit, club.interoperability));
                servers = if offered > 0.0 { all * offered / capacity } else { 1.0 };
            }
            lending.inputs.set_capacity(h, offered, if servers > 1.0 { servers } else { 1.0 })?;
            any |= offered > 0.0;
        }
        Ok(any)
    }

    /// Prices and tastes of offers, and the lowest price that each segment finds.
    fn price_offers(&self, plan: &Blueprint, lending: &mut Lending) -> Result<(), ModelError> {
        let market = &self.market;
        let nations = plan.nations.len();
        lending.lowest.fill(f64::INFINITY);
        for (o, offer) in plan.sharing.offers.iter().enumerate() {
            let (pool, buyer) =
                (plan.pool_of(offer.option.group), plan.segments[offer.segment.at()].nation);
            let (open, compliance) = lending.open[o];
            let border = market.border_price[pool.at() * nations + buyer.at()];
            let price = border * (1.0 + offer.option.adaptation)
                + compliance / market.reference_price
                + self.models.fee(offer.segment.at());
            let offered = lending.inputs.capacity(offer.host as usize);
            let taste = offer.option.taste * offered * lending.part[o];
            let open = open && taste > 1e-12;
            lending.inputs.set_base_price(&lending.structure, o, price)?;
            lending.inputs.set_taste(&lending.structure, o, if open { taste } else { 0.0 })?;
            let Some(at) = lending.place[offer.segment.at()] else { continue };
            let lowest = &mut lending.lowest[at as usize];
            *lowest = if open && price < *lowest { price } else { *lowest };
        }
        Ok(())
    }

    /// What segments ask for that was not served to them; whether there is anything.
    fn ask(&self, plan: &Blueprint, lending: &mut Lending) -> Result<bool, ModelError> {
        let market = &self.market;
        let per_tick = 1.0 / (plan.timing.tick_days * 24.0);
        let mut any = false;
        for (at, segment) in lending.segments.iter().enumerate() {
            let s = segment.at();
            let (mut served, mut carried) = (0.0, 0.0);
            for pair in market.pairs_of(s) {
                served += market.outcome.served(&market.structure, pair);
                carried += market.inputs.backlog(&market.structure, pair) * per_tick;
            }
            let curve = &lending.structure.problem().segments[at].curve;
            let need = self.contracts.spot(s, self.models.usable(s, market.demand[s]));
            let price = lending.lowest[at];
            let missing =
                if price.is_finite() { asked(curve, need, price, (carried, served)) } else { 0.0 };
            lending.inputs.set_demand(&lending.structure, at, missing)?;
            any |= missing > 0.0;
        }
        Ok(any)
    }

    /// Adds up what each segment borrowed.
    fn book_loans(&self, plan: &Blueprint, lending: &mut Lending) {
        for (o, offer) in plan.sharing.offers.iter().enumerate() {
            let flow = lending.outcome.pair(&lending.structure, o);
            let Some(at) = lending.place[offer.segment.at()] else { continue };
            let pool = plan.pool_of(offer.option.group);
            let provider = plan.pools[pool.at()].provider;
            let price = self.pools[pool.at()].price * self.cloud_factor(provider);
            let kind = plan.providers[provider.at()].parameters.kind as usize;
            let borrowed = &mut lending.borrowed[at as usize];
            borrowed.served += flow.served;
            borrowed.by_kind[kind] += flow.served;
            borrowed.billed += flow.served * price;
            borrowed.perceived += flow.served * flow.perceived_price * self.market.reference_price;
            borrowed.compliance += flow.served * lending.open[o].1;
        }
    }

    /// Divides what each segment borrowed over what would have been lost, what waits, and what was priced out.
    fn relieve(&self, lending: &mut Lending) {
        let market = &self.market;
        let tick_h = market.structure.problem().tick_h;
        for at in 0..lending.segments.len() {
            let s = lending.segments[at].at();
            let (mut lost, mut waiting) = (0.0, 0.0);
            for pair in market.pairs_of(s) {
                let flow = market.outcome.pair(&market.structure, pair);
                lost += flow.lost;
                waiting += flow.backlog / tick_h;
            }
            let parts = relief(lending.borrowed[at].served, lost, waiting);
            lending.borrowed[at].relief = parts;
            if parts.waiting > 0.0 {
                let share = parts.waiting / waiting;
                for pair in market.pairs_of(s) {
                    let backlog = market.outcome.pair(&market.structure, pair).backlog;
                    lending.relieved[pair] = share * backlog;
                }
            }
        }
    }

    /// Counts what was lent as served by its pool, and who gave and got how much.
    pub(super) fn meter_sharing(&mut self, plan: &Blueprint) {
        if plan.sharing.is_empty() {
            return;
        }
        self.alliances.received.fill(0.0);
        self.alliances.given.fill(0.0);
        let hours = plan.timing.tick_days * 24.0;
        for (pair, terms) in self.market.pairs.iter().enumerate() {
            let option = &plan.segments[terms.segment.at()].options[terms.option as usize];
            let Some(club) = option.club.map(|c| &plan.sharing.clubs[c as usize]) else { continue };
            let pool = &plan.pools[terms.pool.at()];
            if option.abroad && club.commons.is_none() {
                let served = self.market.outcome.served(&self.market.structure, pair);
                self.alliances.received[terms.buyer.at()] += served;
                self.alliances.given[pool.zone.at()] += served;
                self.alliances.worked[pool.provider.at()] += served * hours;
            }
        }
        let Some(lending) = self.alliances.lending.take() else { return };
        if lending.active {
            for (o, offer) in plan.sharing.offers.iter().enumerate() {
                let served = lending.outcome.served(&lending.structure, o);
                self.count_loan(plan, offer, served);
            }
        }
        self.alliances.lending = Some(lending);
    }

    fn count_loan(&mut self, plan: &Blueprint, offer: &Offer, served: f64) {
        let pool = plan.pool_of(offer.option.group);
        let buyer = plan.segments[offer.segment.at()].nation;
        self.market.served[pool.at() * plan.nations.len() + buyer.at()] += served;
        let host = &plan.sharing.hosts[offer.host as usize];
        let club = &plan.sharing.clubs[host.club];
        // What is allotted to nobody is nobody's gift.
        let Some(seat) = host.seat else { return };
        self.alliances.received[buyer.at()] += served;
        self.alliances.given[club.members[seat].at()] += served;
        let hours = plan.timing.tick_days * 24.0;
        self.alliances.worked[plan.pools[pool.at()].provider.at()] += served * hours;
    }

    /// Members pay the contributions of the month; the money goes to those whose capacity the others used. Members share what their commons
    /// earned, or pay what it lacks.
    pub(super) fn settle_clubs(&mut self, plan: &Blueprint) -> Result<(), ModelError> {
        for (c, club) in plan.sharing.clubs.iter().enumerate() {
            match club.commons {
                Some(provider) => self.settle_commons(plan, (c, club), provider)?,
                None => self.settle_alliance(plan, (c, club))?,
            }
        }
        self.alliances.worked.fill(0.0);
        Ok(())
    }

    /// Weight of a member's part of the costs, and that of all present; none where nobody bears any.
    pub(super) fn burden(&self, (c, club): (usize, &Club), seat: usize) -> Option<f64> {
        let present = &self.alliances.present[c];
        let there = club.burdens.iter().zip(present).filter(|(_, there)| **there);
        let all: f64 = there.map(|(burden, _)| burden).sum();
        (present[seat] && all > 0.0).then(|| club.burdens[seat] / all)
    }

    fn settle_alliance(
        &mut self,
        plan: &Blueprint,
        (c, club): (usize, &Club),
    ) -> Result<(), ModelError> {
        if club.contribution <= 0.0 {
            return Ok(());
        }
        let account = self.accounts.clubs[c];
        for (seat, &member) in club.members.iter().enumerate() {
            let Some(part) = self.burden((c, club), seat) else { continue };
            let due = part * club.contribution / 12.0;
            let paid = self.spend(plan, (member, Lever::Alliance), account, due)?;
            self.observers.contributed(member, paid);
            let owes = paid < due * (1.0 - 1e-9);
            self.market.tastes_changed |= owes != self.alliances.arrears[c][seat];
            self.alliances.arrears[c][seat] = owes;
        }
        let gave = |p: &usize| {
            let mut pools = plan.providers[*p].pools.clone();
            pools.any(|pool| plan.sharing.of_pool[pool] == Some(c))
        };
        let providers: Vec<usize> = (0..plan.providers.len()).filter(gave).collect();
        let all: f64 = providers.iter().map(|&p| self.alliances.worked[p]).sum();
        let money = self.ledger.balance(account);
        for p in providers {
            let worked = self.alliances.worked[p];
            if worked > 0.0 && money > 0.0 {
                let usd = money * worked / all;
                self.ledger.pay(account, self.accounts.providers[p], usd)?;
                self.pools[plan.providers[p].pools.start].other_fees += usd;
            }
        }
        Ok(())
    }

    fn settle_commons(
        &mut self,
        plan: &Blueprint,
        (c, club): (usize, &Club),
        provider: ProviderId,
    ) -> Result<(), ModelError> {
        let account = self.accounts.providers[provider.at()];
        let balance = self.balance_of(plan, provider);
        let mut debt = if balance < 0.0 { -balance } else { 0.0 };
        for (seat, &member) in club.members.iter().enumerate() {
            let Some(part) = self.burden((c, club), seat) else { continue };
            if balance < 0.0 {
                // Members own the commons: its profit is theirs at user cost, and what they pay in is cash.
                let lever = (member, Lever::Alliance);
                let paid = self.invest(plan, lever, account, -balance * part)?;
                self.observers.contributed(member, paid);
                debt -= paid;
            } else {
                let treasury = self.accounts.treasuries[member.at()];
                self.ledger.pay(account, treasury, balance * part)?;
                let discount = crate::metric::discount(plan, self.day);
                self.observers.state_drew(member, balance * part, discount);
            }
        }
        self.alliances.debts[c] = debt;
        Ok(())
    }

    /// What a provider has, USD.
    pub(super) fn balance_of(&self, plan: &Blueprint, provider: ProviderId) -> f64 {
        let home = plan.providers[provider.at()].home;
        let local = self.ledger.balance(self.accounts.providers[provider.at()]);
        if self.accounts.currencies[home.at()] == crate::ledger::Currency::USD {
            local
        } else {
            local / self.market.rate[home.at()]
        }
    }

    /// Whether a commons buys nothing new because its members did not pay what it lacked at the last settlement.
    pub(super) fn is_in_debt(&self, plan: &Blueprint, provider: ProviderId) -> bool {
        let Some(c) = plan.sharing.clubs.iter().position(|club| club.commons == Some(provider))
        else {
            return false;
        };
        self.alliances.debts[c] > PETTY
    }

    /// Who is a member under the events in force, the later over the earlier.
    pub(super) fn change_members(&mut self, plan: &Blueprint) {
        let mut active: Vec<usize> =
            (0..plan.events.len()).filter(|&e| self.politics.active[e]).collect();
        active.sort_by_key(|&e| self.politics.since[e]);
        for (c, club) in plan.sharing.clubs.iter().enumerate() {
            self.alliances.present[c].clone_from(&club.initial);
            for event in active.iter().map(|&e| &plan.events[e]) {
                let Effect::Membership { clubs, joins } = &event.effect else { continue };
                if !clubs.contains(&club.id) {
                    continue;
                }
                for seat in event.destinations.iter().filter_map(|&nation| club.seat(nation)) {
                    self.alliances.present[c][seat] = *joins;
                }
            }
            // Who is no member owes nothing.
            let present = &self.alliances.present[c];
            for (owes, there) in self.alliances.arrears[c].iter_mut().zip(present) {
                *owes = *owes && *there;
            }
        }
    }
}
