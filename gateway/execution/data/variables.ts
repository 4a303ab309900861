/** The variables of the client that a fetch uses. */
export function pickVariables(
  names: readonly string[] | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const name of names ?? []) {
    if (variables && Object.hasOwn(variables, name) && variables[name] !== undefined)
      picked[name] = variables[name];
  }
  return picked;
}
