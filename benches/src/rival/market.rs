//! The synthetic market on `BinaryHeap`, with a version number per entity to recognise stale events.

use std::collections::BinaryHeap;

use autarky_engine::stats::Welford;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::rival::Event;
use crate::rival::exponential::Ziggurat;
use crate::rival::time_average::TimeAverage;
use crate::workload::market::{Action, Firm, MarketResult, MarketSize, action};

/// A firm, the version of its pending event, and the bits that choose its action.
struct Entity {
    firm: Firm,
    version: u32,
    bits: u32,
}

/// Handle `size.events` live events.
#[must_use]
pub fn run(size: MarketSize) -> MarketResult {
    let (mut rng, ziggurat) = (Pcg64Mcg::new(3), Ziggurat::default());
    let (mut stock, mut sales) = (TimeAverage::default(), Welford::new());
    let (mut rescheduled, mut now) = (0, 0.0);
    let mut heap = BinaryHeap::with_capacity(2 * size.entities as usize);
    let mut entities: Vec<Entity> = Vec::with_capacity(size.entities as usize);
    for entity in 0..size.entities {
        let bits = rng.next_u64() as u32 & 0xffff;
        entities.push(Entity { firm: Firm::NEW, version: 0, bits });
        heap.push(Event(ziggurat.sample(&mut rng), entity, 0));
    }
    let mut events = 0;
    while events < size.events
        && let Some(Event(time, index, version)) = heap.pop()
    {
        let entity = &mut entities[index as usize];
        if entity.version != version {
            continue;
        }
        now = time;
        events += 1;
        let bits = rng.next_u64();
        let uniform = (bits >> 32) as f64 / 4_294_967_296.0;
        let act = action(u64::from(entity.bits));
        let change = entity.firm.act(act, uniform);
        if act != Action::Invest {
            stock.set(now, stock.value() + change);
        }
        if act == Action::Sell {
            sales.push(-change);
        }
        entity.bits = bits as u32 & 0xffff;
        entity.version += 1;
        heap.push(Event(now + ziggurat.sample(&mut rng), index, entity.version));
        if (bits >> 16) & 0xffff < 13_107 {
            let other = u128::from(rng.next_u64()) * entities.len() as u128;
            let other = (other >> 64) as usize;
            entities[other].version += 1;
            let at = now + ziggurat.sample(&mut rng);
            heap.push(Event(at, other as u32, entities[other].version));
            rescheduled += 1;
        }
    }
    MarketResult { events, rescheduled, mean_stock: stock.mean(now), mean_sale: sales.mean() }
}
