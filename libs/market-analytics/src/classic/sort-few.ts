/** Sorts a few numbers in place, which are nearly in order. */
export function sortFew(few: number[]): readonly number[] {
  for (let i = 1; i < few.length; i++) {
    const each = few[i]!;
    let at = i;
    for (; at > 0 && few[at - 1]! > each; at--) few[at] = few[at - 1]!;
    few[at] = each;
  }
  return few;
}
