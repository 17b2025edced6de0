//! What a drain lost, for the last line of the log: requests that were cut, by how far they had come.

use std::fmt;

/// How many routes are named; those of further requests are counted together.
const MOST_ROUTES: usize = 8;

/// How far a connection is with its request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// There is none.
    #[default]
    Idle,
    /// Its head arrives, or the answer before it is still to be written.
    Reading,
    /// Its handler runs.
    Handling,
    /// Its answer is written.
    Answering,
}

/// What was cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Losses {
    /// Connections that were still open, whether or not they had a request.
    pub(crate) connections: usize,
    /// Requests whose handler had not answered.
    pub(crate) handling: usize,
    /// Requests whose answer was not written whole.
    pub(crate) answering: usize,
    /// Requests of which some bytes had arrived: a part of a head, or what was pipelined behind another request.
    pub(crate) waiting: usize,
    /// The patterns that the first two matched, with how many there were of each.
    routes: Vec<(&'static str, usize)>,
    /// Of routes that are not named any more.
    others: usize,
}

impl Losses {
    /// What all workers lost.
    pub(crate) fn sum(workers: impl Iterator<Item = Self>) -> Self {
        workers.fold(Self::default(), |mut sum, losses| {
            sum.add(losses);
            sum
        })
    }

    /// Every request that was cut, whatever its stage.
    pub(crate) fn requests(&self) -> usize {
        self.handling + self.answering + self.waiting
    }

    /// The routes of what was cut, as `/a (2), /b (1)`.
    pub(crate) fn routes(&self) -> impl fmt::Display + '_ {
        fmt::from_fn(move |f| {
            let mut comma = "";
            for (route, count) in &self.routes {
                write!(f, "{comma}{route} ({count})")?;
                comma = ", ";
            }
            if self.others > 0 {
                write!(f, "{comma}others ({})", self.others)?;
            }
            Ok(())
        })
    }

    /// Counts what a connection was at, with `unwritten` answers and `behind` further requests.
    pub(super) fn count(
        &mut self,
        stage: Stage,
        route: Option<&'static str>,
        unwritten: usize,
        behind: usize,
    ) {
        self.waiting += behind;
        self.answering += unwritten;
        match stage {
            Stage::Idle | Stage::Reading => return,
            Stage::Handling => self.handling += 1,
            Stage::Answering => self.answering += 1,
        }
        self.name(route.unwrap_or("no route"), 1);
    }

    /// Adds what another worker lost.
    fn add(&mut self, other: Self) {
        self.connections += other.connections;
        self.handling += other.handling;
        self.answering += other.answering;
        self.waiting += other.waiting;
        other.routes.into_iter().for_each(|(route, count)| self.name(route, count));
        self.others += other.others;
    }

    fn name(&mut self, route: &'static str, count: usize) {
        if let Some((_, before)) = self.routes.iter_mut().find(|(known, _)| *known == route) {
            *before += count;
        } else if self.routes.len() < MOST_ROUTES {
            self.routes.push((route, count));
        } else {
            self.others += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_request_once() {
        let mut losses = Losses::default();
        losses.count(Stage::Idle, Some("/a"), 0, 0);
        assert_eq!(losses, Losses::default());
        losses.count(Stage::Reading, Some("/a"), 2, 1);
        losses.count(Stage::Handling, Some("/a"), 0, 3);
        losses.count(Stage::Answering, None, 0, 0);
        assert_eq!((losses.handling, losses.answering, losses.waiting), (1, 3, 4));
        assert_eq!(losses.requests(), 8);
        assert_eq!(losses.routes().to_string(), "/a (1), no route (1)");
    }

    #[test]
    fn names_eight_routes_and_counts_the_others() {
        let names = ["/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10"];
        let mut losses = Losses::default();
        for name in names {
            let mut one = Losses::default();
            one.count(Stage::Handling, Some(name), 0, 0);
            losses.add(one.clone());
            losses.add(one);
        }
        assert_eq!(losses.requests(), 20);
        let routes = losses.routes().to_string();
        assert!(routes.starts_with("/1 (2), /2 (2)") && routes.ends_with("/8 (2), others (4)"), "{routes}");
    }
}
