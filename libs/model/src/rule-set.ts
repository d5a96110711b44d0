/**
 * The sets of rules that read a market: `classic` is the owner's document, word by word; `robust` has a
 * better rule wherever that one is weak. *Source*: docs/strategies.md.
 */
export const RULE_SETS = ['classic', 'robust'] as const;
export type RuleSet = (typeof RULE_SETS)[number];
