//! Days, months and windows of days.

use crate::schema::form::{Period, civil, days_from_civil, days_in_month};

/// The day so many months after a day; the last of the month where it has no such day.
#[must_use]
pub fn add_months(day: i32, months: i32) -> i32 {
    let (year, month, of_month) = civil(day);
    let total = year * 12 + i32::from(month) - 1 + months;
    let (year, month) = (total.div_euclid(12), (total.rem_euclid(12) + 1) as u8);
    days_from_civil(year, month, of_month.min(days_in_month(year, month)))
}

/// A period moved by months as a whole: a month stays a month, a year a year.
#[must_use]
pub fn move_months(period: Period, months: i32) -> Period {
    let first = add_months(period.first, months);
    if period.is_day() { Period::day(first) } else { Period { first, last: add_months(period.last + 1, months) - 1 } }
}

/// Whole months from `a` to `b`; negative where `b` comes first.
#[must_use]
pub fn months_between(a: i32, b: i32) -> i32 {
    if b < a {
        return -months_between(b, a);
    }
    let ((ya, ma, _), (yb, mb, _)) = (civil(a), civil(b));
    let months = (yb - ya) * 12 + i32::from(mb) - i32::from(ma);
    if add_months(a, months) > b { months - 1 } else { months }
}

/// The largest sum of amounts whose dates lie within any `days` consecutive days.
#[must_use]
pub fn busiest(dated: &[(i32, i128)], days: i32) -> i128 {
    let mut dated = dated.to_vec();
    dated.sort_unstable();
    let (mut best, mut sum, mut from) = (0i128, 0i128, 0usize);
    for (day, amount) in &dated {
        sum += amount;
        while let Some((early, amount)) = dated.get(from).filter(|(early, _)| *early <= day - days) {
            let _ = early;
            sum -= amount;
            from += 1;
        }
        best = best.max(sum);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_where_the_month_does() {
        let day = days_from_civil;
        assert_eq!(add_months(day(2024, 1, 31), 1), day(2024, 2, 29));
        assert_eq!(add_months(day(2023, 3, 15), -3), day(2022, 12, 15));
        assert_eq!(months_between(day(2024, 1, 31), day(2024, 2, 29)), 1);
        assert_eq!(months_between(day(2024, 1, 15), day(2024, 3, 14)), 1);
        assert_eq!(months_between(day(2024, 3, 14), day(2024, 1, 15)), -1);
        let march = Period { first: day(2024, 3, 1), last: day(2024, 3, 31) };
        assert_eq!(move_months(march, 1), Period { first: day(2024, 4, 1), last: day(2024, 4, 30) });
    }

    #[test]
    fn a_window_holds_its_days_and_no_more() {
        assert_eq!(busiest(&[(0, 5), (27, 5), (28, 5)], 28), 10);
        assert_eq!(busiest(&[(28, 5), (0, 5), (27, 7)], 28), 12);
        assert_eq!(busiest(&[], 28), 0);
    }
}
