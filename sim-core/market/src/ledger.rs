//! Double-entry ledger in integer micro-units, per currency.
//!
//! Money is never created: every posting takes from one account what it gives to another, in one currency. A payment between
//! accounts of different currencies goes through the exchange account in both; the change in value of what the exchange holds is posted to
//! the revaluation account. Amounts are at constant prices, so the exchange rate is the real one.

/// Micro-units in one unit of money.
pub const MICRO: f64 = 1e6;

/// An account of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountId(u32);

/// A currency of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(u32);

impl Currency {
    /// The dollar at constant prices.
    pub const USD: Self = Self(0);
}

/// Why a posting was refused; each is a defect of the caller, and stops the run.
#[derive(Debug, Clone, PartialEq)]
pub enum LedgerError {
    /// The amount is negative, not finite, or beyond 10^30 micro-units.
    Amount(f64),
    /// The postings of a currency do not sum to zero.
    Unbalanced {
        /// Index of the currency.
        currency: u32,
        /// Sum of its balances in micro-units.
        sum: i128,
    },
}

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Amount(amount) => write!(f, "a payment of {amount} USD is not a valid amount"),
            Self::Unbalanced { currency, sum } => {
                write!(
                    f,
                    "the ledger does not balance: currency {currency} sums to {sum} micro-units"
                )
            }
        }
    }
}

impl std::error::Error for LedgerError {}

#[derive(Debug, Clone)]
struct Account {
    currency: Currency,
    /// Balance in micro-units of its own currency.
    balance: i128,
    /// Fraction of a micro-unit owed, carried to the next payment so that rounding never accumulates.
    carried: f64,
}

/// What a payment moved, in micro-units of the payer's and of the payee's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Left the payer.
    pub paid: i128,
    /// Reached the payee.
    pub received: i128,
}

/// The books.
#[derive(Debug, Clone)]
pub struct Ledger {
    accounts: Vec<Account>,
    /// Per currency: the account through which conversions pass, and the local units per dollar.
    exchange: Vec<(AccountId, f64)>,
    revaluation: AccountId,
    postings: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// Empty books with the dollar, its exchange account and the revaluation account.
    #[must_use]
    pub fn new() -> Self {
        let mut books = Self {
            accounts: Vec::new(),
            exchange: Vec::new(),
            revaluation: AccountId(1),
            postings: 0,
        };
        let exchange = books.open(Currency::USD);
        books.exchange.push((exchange, 1.0));
        books.revaluation = books.open(Currency::USD);
        books
    }

    /// Opens an account with a zero balance.
    pub fn open(&mut self, currency: Currency) -> AccountId {
        self.accounts.push(Account { currency, balance: 0, carried: 0.0 });
        AccountId(self.accounts.len() as u32 - 1)
    }

    /// Adds a currency at a rate of one local unit per dollar.
    pub fn add_currency(&mut self) -> Currency {
        let currency = Currency(self.exchange.len() as u32);
        let exchange = self.open(currency);
        self.exchange.push((exchange, 1.0));
        currency
    }

    /// Balance in dollars of the account's own currency units.
    #[must_use]
    pub fn balance(&self, account: AccountId) -> f64 {
        self.accounts[account.0 as usize].balance as f64 / MICRO
    }

    /// Postings so far.
    #[must_use]
    pub const fn postings(&self) -> u64 {
        self.postings
    }

    /// Pays `usd` dollars' worth; converts at the rates in force where the accounts' currencies differ.
    ///
    /// # Errors
    /// [`LedgerError::Amount`] for a negative, non-finite or absurd amount; nothing is posted then.
    pub fn pay(&mut self, from: AccountId, to: AccountId, usd: f64) -> Result<Moved, LedgerError> {
        if !(0.0..1e24).contains(&usd) {
            return Err(LedgerError::Amount(usd));
        }
        let paid = self.whole(from, usd * self.rate(self.currency(from)));
        Ok(Moved { paid, received: self.pay_whole(from, to, paid) })
    }

    /// Pays whole micro-units of the payer's currency (negative: the other way round); returns what reaches the payee, in micro-units of its own.
    pub fn pay_whole(&mut self, from: AccountId, to: AccountId, paid: i128) -> i128 {
        let (source, target) = (self.currency(from), self.currency(to));
        if source == target {
            self.post(from, to, paid);
            return paid;
        }
        let received = (paid as f64 / self.rate(source) * self.rate(target)) as i128;
        let (out, into) = (self.exchange[source.0 as usize].0, self.exchange[target.0 as usize].0);
        self.post(from, out, paid);
        self.post(into, to, received);
        received
    }

    /// Balance in micro-units of the account's own currency.
    #[must_use]
    pub fn micro(&self, account: AccountId) -> i128 {
        self.accounts[account.0 as usize].balance
    }

    /// Sets local units per dollar and posts the change in value of the exchange's holding to revaluation.
    pub fn set_rate(&mut self, currency: Currency, local_per_usd: f64) {
        if currency == Currency::USD {
            return;
        }
        let (account, old) = self.exchange[currency.0 as usize];
        let held = self.accounts[account.0 as usize].balance as f64;
        let change = held / local_per_usd - held / old;
        self.exchange[currency.0 as usize].1 = local_per_usd;
        let usd_exchange = self.exchange[0].0;
        if change >= 0.0 {
            self.post(self.revaluation, usd_exchange, change as i128);
        } else {
            self.post(usd_exchange, self.revaluation, -change as i128);
        }
    }

    /// Checks that every currency sums to zero.
    ///
    /// # Errors
    /// [`LedgerError::Unbalanced`] for the first that does not.
    pub fn check(&self) -> Result<(), LedgerError> {
        for currency in 0..self.exchange.len() as u32 {
            let sum = self
                .accounts
                .iter()
                .filter(|account| account.currency.0 == currency)
                .map(|account| account.balance)
                .sum::<i128>();
            if sum != 0 {
                return Err(LedgerError::Unbalanced { currency, sum });
            }
        }
        Ok(())
    }

    fn currency(&self, account: AccountId) -> Currency {
        self.accounts[account.0 as usize].currency
    }

    fn rate(&self, currency: Currency) -> f64 {
        self.exchange[currency.0 as usize].1
    }

    fn whole(&mut self, payer: AccountId, units: f64) -> i128 {
        let account = &mut self.accounts[payer.0 as usize];
        let micro = units * MICRO + account.carried;
        let whole = micro.floor();
        account.carried = micro - whole;
        whole as i128
    }

    fn post(&mut self, from: AccountId, to: AccountId, micro: i128) {
        self.accounts[from.0 as usize].balance -= micro;
        self.accounts[to.0 as usize].balance += micro;
        self.postings += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_across_currencies_leave_every_currency_balanced() {
        let mut books = Ledger::new();
        let krone = books.add_currency();
        let (buyer, seller) = (books.open(krone), books.open(Currency::USD));
        books.pay(buyer, seller, 100.0).unwrap();
        books.set_rate(krone, 1.5);
        books.pay(buyer, seller, 100.0).unwrap();
        books.pay(seller, buyer, 33.333_333_3).unwrap();
        assert_eq!(books.check(), Ok(()));
        assert!((books.balance(seller) - 166.666_667).abs() < 1e-5);
        assert!((books.balance(buyer) + 200.0).abs() < 1e-4);
    }

    #[test]
    fn a_thousand_payments_of_a_third_of_a_micro_unit_lose_nothing() {
        let mut books = Ledger::new();
        let (a, b) = (books.open(Currency::USD), books.open(Currency::USD));
        for _ in 0..3000 {
            books.pay(a, b, 1e-6 / 3.0).unwrap();
        }
        assert!((books.balance(b) * MICRO - 1000.0).abs() <= 1.0);
    }

    #[test]
    fn a_planted_creation_of_money_is_caught() {
        let mut books = Ledger::new();
        let a = books.open(Currency::USD);
        books.accounts[a.0 as usize].balance += 1;
        assert_eq!(books.check(), Err(LedgerError::Unbalanced { currency: 0, sum: 1 }));
    }

    #[test]
    fn negative_and_undefined_amounts_are_refused() {
        let mut books = Ledger::new();
        let (a, b) = (books.open(Currency::USD), books.open(Currency::USD));
        assert!(books.pay(a, b, -1.0).is_err());
        assert!(books.pay(a, b, f64::NAN).is_err());
        assert!(books.pay(a, b, f64::INFINITY).is_err());
        assert_eq!(books.postings(), 0);
    }
}
