//! [`Meter`]: one worker's counts by route, status and duration, where somebody asks for them.
//!
//! The places to count in are those of the table, which the compiler knows, and a few more: nothing that a client
//! sends adds one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;

use super::tally::class;

/// The upper bounds of the buckets of durations, each with its end, in microseconds.
const BOUNDS_US: [u64; 14] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];
/// One more: what took longer than the last bound.
const BUCKETS: usize = BOUNDS_US.len() + 1;
/// The statuses that there can be: 100 to 999.
const STATUSES: usize = 900;

/// Where a request is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Nowhere: a probe.
    Uncounted,
    /// With those whose head could not be read.
    #[default]
    Unread,
    /// With those that no route answers.
    Unrouted,
    /// With its route: a row of the table, or behind those a mount.
    At(u32),
}

impl Slot {
    /// How many there are that are neither rows nor mounts.
    pub(crate) const OTHERS: usize = 2;

    fn index(self) -> Option<usize> {
        match self {
            Self::Uncounted => None,
            Self::Unread => Some(0),
            Self::Unrouted => Some(1),
            Self::At(index) => usize::try_from(index).ok().map(|index| index + Self::OTHERS),
        }
    }
}

/// What one worker has counted of each [`Slot`] since it began.
#[derive(Debug)]
pub(crate) struct Meter {
    cells: Box<[Cell]>,
    /// By status, less 100.
    statuses: Box<[AtomicU64]>,
    entered: AtomicU64,
    left: AtomicU64,
}

/// The counts of one slot.
#[derive(Debug, Default)]
// As a tally is: the first and the last of a worker's cells share no line with another worker's.
#[repr(align(128))]
struct Cell {
    classes: [AtomicU64; 5],
    /// Each with what took longer than the bound before its own.
    buckets: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

impl Meter {
    /// One with a cell for each of `routes` rows and mounts.
    pub(crate) fn new(routes: usize) -> Self {
        Self {
            cells: (0..routes + Slot::OTHERS).map(|_| Cell::default()).collect(),
            statuses: (0..STATUSES).map(|_| AtomicU64::new(0)).collect(),
            entered: AtomicU64::new(0),
            left: AtomicU64::new(0),
        }
    }

    /// A request whose head was read.
    pub(crate) fn enter(&self, slot: Slot) {
        if slot != Slot::Uncounted {
            self.entered.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// An exchange that has ended, with an answer or without one.
    pub(crate) fn leave(&self, slot: Slot, status: Option<StatusCode>, took: Duration) {
        // One whose head was not read has not entered.
        if !matches!(slot, Slot::Uncounted | Slot::Unread) {
            self.left.fetch_add(1, Ordering::Relaxed);
        }
        let cell = slot.index().and_then(|index| self.cells.get(index));
        let (Some(cell), Some(status)) = (cell, status) else { return };
        let micros = took.as_nanos().div_ceil(1000);
        let bucket = BOUNDS_US.iter().position(|&bound| micros <= u128::from(bound)).unwrap_or(BUCKETS - 1);
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        for (count, more) in [
            (cell.classes.get(class(status)), 1),
            (cell.buckets.get(bucket), 1),
            (self.statuses.get(usize::from(status.as_u16()).saturating_sub(100)), 1),
            (Some(&cell.nanos), nanos),
        ] {
            if let Some(count) = count {
                count.fetch_add(more, Ordering::Relaxed);
            }
        }
    }

    /// Adds what was counted here to `readings`.
    #[inline]
    pub(super) fn add_to(&self, readings: &mut Readings) {
        // Read before those that entered, so that there are never more that have left.
        let left = read(&self.left);
        readings.in_flight += read(&self.entered).saturating_sub(left);
        if readings.slots.len() < self.cells.len() {
            readings.slots.resize_with(self.cells.len(), Reading::default);
        }
        for (reading, cell) in readings.slots.iter_mut().zip(&self.cells) {
            cell.add_to(reading);
        }
        for (status, count) in (100..).zip(&self.statuses) {
            match read(count) {
                0 => {}
                count => *readings.statuses.entry(status).or_default() += count,
            }
        }
    }
}

impl Cell {
    #[inline]
    fn add_to(&self, reading: &mut Reading) {
        for (sum, count) in reading.classes.iter_mut().zip(&self.classes) {
            *sum += read(count);
        }
        for (sum, count) in reading.buckets.iter_mut().zip(&self.buckets) {
            *sum += read(count);
        }
        reading.took += Duration::from_nanos(read(&self.nanos));
    }
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

/// The sums of all workers' meters at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readings {
    /// Those of [`Slot::Unread`] and [`Slot::Unrouted`], then one for each route.
    pub(crate) slots: Vec<Reading>,
    /// Answers by status; none that stands at zero.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// Requests whose answer has not ended.
    pub(crate) in_flight: u64,
}

/// What was counted of one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Answers by the first digit of their status, less one.
    pub(crate) classes: [u64; 5],
    buckets: [u64; BUCKETS],
    /// All of them together, from a request's first byte to the end of its answer.
    pub(crate) took: Duration,
}

impl Reading {
    /// How many answers there were.
    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Each bound with the number of answers that took as long or less; the last is without a bound, and has all.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BOUNDS_US.iter().map(|&bound| Some(Duration::from_micros(bound))).chain([None]);
        bounds.zip(self.buckets.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(meter: &Meter) -> Readings {
        let mut readings = Readings::default();
        meter.add_to(&mut readings);
        readings
    }

    /// Counts one answer that took so long; gives the bound of its bucket.
    #[track_caller]
    fn check(took: Duration, bound: Option<Duration>) {
        let meter = Meter::new(1);
        meter.leave(Slot::At(0), Some(StatusCode::OK), took);
        let reading = readings(&meter).slots.pop().unwrap();
        let found = reading.cumulative().find(|&(_, count)| count == 1).unwrap();
        assert_eq!((found.0, reading.took, reading.count()), (bound, took, 1));
    }

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let (first, last) = (Duration::from_micros(500), Duration::from_secs(10));
        let nano = Duration::from_nanos(1);
        check(Duration::ZERO, Some(first));
        check(first, Some(first));
        check(first + nano, Some(Duration::from_millis(1)));
        check(last, Some(last));
        check(last + nano, None);
        check(Duration::from_secs(1 << 32), None);
    }

    #[test]
    fn an_exchange_is_in_flight_until_it_ends_however_that_is() {
        let meter = Meter::new(2);
        for slot in [Slot::At(0), Slot::At(1), Slot::Unrouted, Slot::Uncounted] {
            meter.enter(slot);
        }
        assert_eq!(readings(&meter).in_flight, 3);
        meter.leave(Slot::At(0), None, Duration::ZERO);
        meter.leave(Slot::At(1), Some(StatusCode::OK), Duration::ZERO);
        meter.leave(Slot::Unread, Some(StatusCode::BAD_REQUEST), Duration::ZERO);
        meter.leave(Slot::Uncounted, Some(StatusCode::OK), Duration::ZERO);
        let readings = readings(&meter);
        assert_eq!(readings.in_flight, 1);
        assert_eq!(readings.statuses, BTreeMap::from([(200, 1), (400, 1)]));
        let counts: Vec<_> = readings.slots.iter().map(Reading::count).collect();
        assert_eq!(counts, [1, 0, 0, 1]);
    }

    #[test]
    fn the_meters_of_all_workers_are_added_up() {
        let counters = crate::observe::Counters::default();
        assert_eq!(counters.readings(), Readings::default());
        for status in [200, 404] {
            let tally = counters.tally(Some(Meter::new(1)));
            let meter = tally.meter().unwrap();
            meter.enter(Slot::At(0));
            meter.enter(Slot::At(0));
            meter.leave(Slot::At(0), StatusCode::from_u16(status).ok(), Duration::from_millis(7));
        }
        let readings = counters.readings();
        assert_eq!((readings.in_flight, readings.statuses.len()), (2, 2));
        let reading = &readings.slots[2];
        assert_eq!((reading.classes, reading.took), ([0, 1, 0, 1, 0], Duration::from_millis(14)));
        let within = |millis| {
            let bound = Some(Duration::from_millis(millis));
            reading.cumulative().find(|&(found, _)| found == bound).map(|(_, count)| count)
        };
        assert_eq!((within(5), within(10), within(10_000)), (Some(0), Some(2), Some(2)));
    }

    #[test]
    fn a_slot_that_is_not_there_and_a_status_of_no_class_do_no_harm() {
        let meter = Meter::new(0);
        meter.leave(Slot::At(7), Some(StatusCode::OK), Duration::ZERO);
        meter.leave(Slot::Unrouted, Some(StatusCode::from_u16(999).unwrap()), Duration::ZERO);
        let readings = readings(&meter);
        assert_eq!(readings.slots[1].classes, [0, 0, 0, 0, 1]);
        assert_eq!(readings.statuses, BTreeMap::from([(999, 1)]));
    }
}
