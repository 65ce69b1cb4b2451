//! "Did you mean": the nearest known word, by Damerau–Levenshtein similarity.

/// More names than this are not searched, so that many slips among many names stay cheap.
const MAX_CANDIDATES: usize = 500;

/// The candidate nearest to `word`, if it is near enough to be a slip.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word: String = word.chars().take(64).collect();
    let lower = word.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates.into_iter().take(MAX_CANDIDATES) {
        let score = similarity(&lower, &candidate.to_lowercase());
        if score >= 0.6 && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn similarity(word: &str, candidate: &str) -> f64 {
    let whole = strsim::normalized_damerau_levenshtein(word, candidate);
    let tail = candidate.rsplit('.').next().unwrap_or_default();
    let last = strsim::normalized_damerau_levenshtein(word, tail);
    whole.max(last * 0.99)
}

/// `did you mean …?`, or the list of what is known when nothing is near and the list is short.
pub(crate) fn hint(word: &str, known: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    (!known.is_empty() && known.len() <= 16).then(|| format!("known: {}", known.join(", ")))
}
