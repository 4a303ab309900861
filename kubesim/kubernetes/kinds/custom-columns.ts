import type { ColumnDefinition } from './definition.js';
import { parseJsonPath, type JsonPath } from './json-path.js';
import { isJson, type KubeObject } from './object.js';
import { age, nameColumn, type Column } from './resource.js';

const DESCRIPTION = 'Custom resource definition column (in JSONPath format): ';

/** The columns of a custom resource: its name, and those of its definition, by default its age. */
export function customColumns(definitions: readonly ColumnDefinition[] | undefined): Column<KubeObject>[] {
  const columns = definitions && definitions.length > 0 ? definitions : [AGE];
  return [nameColumn(), ...columns.map(columnOf)];
}

const AGE: ColumnDefinition = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed ' +
    'to be set in happens-before order across separate operations. Clients may not set this value. It is represented ' +
    'in RFC3339 form and is in UTC.',
  jsonPath: '.metadata.creationTimestamp',
};

function columnOf({
  name,
  type,
  format,
  description,
  priority,
  jsonPath,
}: ColumnDefinition): Column<KubeObject> {
  const path = parseJsonPath(jsonPath);
  return {
    name,
    type,
    ...(format !== undefined && { format }),
    description: description ?? `${DESCRIPTION}${jsonPath}`,
    ...(priority !== undefined && { priority }),
    value: (object, now) => cell(path, type, { object, now }),
  };
}

type Cell = string | number | boolean | null;

function cell(
  path: JsonPath,
  type: string,
  { object, now }: { readonly object: KubeObject; readonly now: Date },
): Cell {
  const [value] = path(object);
  if (value === undefined || value === null) return null;
  return (CELLS[type] ?? textCell)(value, now);
}

/** Cells by the type of the column; of other types they are text. */
const CELLS: Readonly<Record<string, ((value: unknown, now: Date) => Cell) | undefined>> = {
  integer: (value) => (typeof value === 'number' ? Math.trunc(value) : null),
  number: (value) => (typeof value === 'number' ? value : null),
  boolean: (value) => (typeof value === 'boolean' ? value : null),
  date: dateCell,
};

function textCell(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, sortedFields);
}

/** The fields of an object by name, as in Go's JSON of a map; `JSON.stringify` puts numbers first. */
function sortedFields(_name: string, value: unknown): unknown {
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function dateCell(value: unknown, now: Date): string | null {
  if (typeof value !== 'string') return null;
  return Number.isNaN(Date.parse(value)) ? '<invalid>' : age(value, now);
}
