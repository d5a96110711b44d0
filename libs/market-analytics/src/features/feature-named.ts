import { InputError } from '@algo/model';
import type { Feature, FeatureFamily } from './feature.ts';

/** Columns of a bar, which a feature may name as inputs beside other features. */
const COLUMNS = ['open', 'high', 'low', 'close', 'volume'];

/** A feature under the name that it was asked for. */
export interface NamedFeature {
  readonly name: string;
  readonly feature: Feature;
  /** Names of the features that it reads. */
  readonly needs: readonly string[];
}

/**
 * Returns the feature of a name: that of a family, with whole numbers behind it for its parameters, such as
 * `ema_20`. *Errors*: InputError naming what is unknown or impossible.
 */
export function featureNamed(name: string, families: readonly FeatureFamily[]): NamedFeature {
  const [, familyName, numbers] = /^(.*?)((?:_-?[\d.]+)*)$/s.exec(name)!;
  const family = families.find((candidate) => candidate.name === familyName);
  if (family === undefined)
    throw new InputError({
      field: 'features',
      value: name,
      because: 'no feature of this name',
      remedy: `Take one of ${families.map(usageOf).join(', ')}.`,
    });
  const given = numbers!.split('_').slice(1).map(Number);
  if (given.length > family.parameters.length) refuse(name, `${family.name} takes fewer numbers`, family);
  const parameters = family.parameters.map((parameter, i) => {
    const value = given[i] ?? parameter.usual;
    if (!Number.isInteger(value) || value < parameter.min || value > parameter.max)
      refuse(name, `${parameter.name} is ${value}, not a whole number in its bounds`, family);
    return value;
  });
  const feature = family.make(...parameters);
  return { name, feature, needs: feature.inputs.filter((input) => !COLUMNS.includes(input)) };
}

/**
 * Returns the features of these names and behind them those that they read, each once; none comes before
 * what it reads. *Errors*: InputError as `featureNamed`.
 */
export function featuresNamed(
  names: readonly string[],
  families: readonly FeatureFamily[],
): readonly NamedFeature[] {
  const found = new Map<string, NamedFeature>();
  const add = (name: string) => {
    if (found.has(name)) return;
    const named = featureNamed(name, families);
    for (const need of named.needs) add(need);
    found.set(name, named);
  };
  for (const name of names) add(name);
  return [...found.values()];
}

function refuse(name: string, because: string, family: FeatureFamily): never {
  throw new InputError({
    field: 'features',
    value: name,
    because,
    remedy: `Write it as ${usageOf(family)}.`,
  });
}

/** Returns how a family's names are written: `ema_<bars 2–10000>`. */
function usageOf({ name, parameters }: FeatureFamily): string {
  return [name, ...parameters.map((p) => `<${p.name} ${p.min}–${p.max}>`)].join('_');
}
