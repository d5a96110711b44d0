/** Sorts the first few numbers of a list in place, which are nearly in order, and returns the list. */
export function sortFew(few: number[], count = few.length): readonly number[] {
  for (let i = 1; i < count; i++) {
    const each = few[i]!;
    let at = i;
    for (; at > 0 && few[at - 1]! > each; at--) few[at] = few[at - 1]!;
    few[at] = each;
  }
  return few;
}
