//! The claim that a study puts to the test, and the works on it in groups: who makes it, who denies it, what stands behind it.

use super::document::Block;
use super::input::{About, Cited};
use crate::output::without_control;
use crate::scenario::Citation;

/// Stances as scenario files name them, with what readers see before a work.
const GROUPS: [(&str, &str); 3] =
    [("makes", "Made by"), ("denies", "Denied by"), ("background", "Background:")];

/// The claim and its works; nothing without a claim.
pub(super) fn blocks(about: &About) -> Vec<Block> {
    if about.claim.trim().is_empty() {
        return Vec::new();
    }
    let claim = ended(&without_control(&about.claim));
    let mut blocks = vec![Block::Text(format!("The claim: {claim}"))];
    let works = grouped(&about.citations);
    if !works.is_empty() {
        blocks.push(Block::List(works));
    }
    blocks
}

/// An item a work, group after group; within one in the order given.
fn grouped(citations: &[Cited]) -> Vec<String> {
    let group = |(stance, before): &(&str, &str)| -> Vec<String> {
        let works = citations.iter().filter(|work| work.stance == *stance);
        works.map(|work| format!("{before} {}", ended(&without_control(&work.text)))).collect()
    };
    GROUPS.iter().flat_map(group).collect()
}

/// A work in plain text: authors, year, title, place.
pub(super) fn cited(work: &Citation) -> String {
    let author = work.author.to_string();
    let [title, place] = [&work.title, &work.place].map(|text| ended(text));
    format!("{author} ({}): {title} {place}", work.year)
}

/// A text with an end: a full stop where it has none.
fn ended(text: &str) -> String {
    let text = text.trim();
    let last = text.trim_end_matches(['”', '"', ')', '’']).chars().next_back();
    if last.is_some_and(|c| ".?!…".contains(c)) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Author, Stance};

    #[test]
    fn a_work_has_one_stop_after_each_part() {
        let work = |title: &str, place: &str| {
            cited(&Citation {
                title: title.to_owned(),
                author: Author::Whole("Diskin, M. et al.".to_owned()),
                year: 2021,
                place: place.to_owned(),
                stance: Stance::Makes,
                note: String::new(),
            })
        };
        let who = "Diskin, M. et al. (2021):";
        assert_eq!(work("Who serves?", "A journal. "), format!("{who} Who serves? A journal."));
        assert_eq!(work("A title", "p. 3"), format!("{who} A title. p. 3."));
        assert_eq!(work("Said “so.”", "More (so...)"), format!("{who} Said “so.” More (so...)"));
    }

    #[test]
    fn works_stand_with_what_they_say_about_the_claim() {
        let of =
            |text: &str, stance: &str| Cited { text: text.to_owned(), stance: stance.to_owned() };
        let all = [of("A", "background"), of("B", "denies"), of("C", "makes"), of("D?", "makes")];
        assert_eq!(grouped(&all), ["Made by C.", "Made by D?", "Denied by B.", "Background: A."]);
    }
}
