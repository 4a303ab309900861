import { registerEnumType } from 'type-graphql';

/** Declares a GraphQL enum from its values and their descriptions; returns the values by name. */
export function graphEnum<K extends string>(
  name: string,
  description: string,
  values: Readonly<Record<K, string>>,
): { readonly [P in K]: P } {
  const names = Object.keys(values) as K[];
  const members = Object.fromEntries(names.map((value) => [value, value])) as { readonly [P in K]: P };
  const valuesConfig = Object.fromEntries(
    names.map((value) => [value, { description: values[value] as string }]),
  );
  registerEnumType<Record<string, string>>(members, {
    name,
    description,
    valuesConfig,
  });
  return members;
}
