/**
 * Formats of texts, in the words of Kubernetes (k8s.io/apimachinery/pkg/util/validation). Each function returns what is
 * wrong with a text; nothing if it is valid.
 */
export type Format = (text: string) => string[];

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const KEY_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const patterns = {
  label: whole(LABEL),
  dns1035Label: whole('[a-z]([-a-z0-9]*[a-z0-9])?'),
  subdomain: whole(SUBDOMAIN),
  keyName: whole(KEY_NAME),
  labelValue: whole(`(${KEY_NAME})?`),
  configKey: whole('[-._a-zA-Z0-9]+'),
  percent: whole('[0-9]+%'),
  portName: whole('[-a-z0-9]+'),
  httpPath: whole("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"),
  httpHeader: whole('[-A-Za-z0-9]+'),
};

function whole(source: string): RegExp {
  return new RegExp(`^${source}$`);
}

function pattern(text: string, regex: RegExp, message: string, ...examples: readonly string[]): string[] {
  if (regex.test(text)) return [];
  const list = examples.map((example) => `'${example}', `).join(' or ');
  const used = `regex used for validation is '${regex.source.slice(1, -1)}'`;
  return [`${message} (${list === '' ? '' : `e.g. ${list}`}${used})`];
}

function atMost(text: string, length: number): string[] {
  return text.length > length ? [`must be no more than ${length} characters`] : [];
}

/** A lowercase RFC 1123 label. */
export const dnsLabel: Format = (text) => {
  const long = atMost(text, 63);
  if (!patterns.label.test(text) && patterns.subdomain.test(text)) return [...long, 'must not contain dots'];
  const message =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
    'with an alphanumeric character';
  return [...long, ...pattern(text, patterns.label, message, 'my-name', '123-abc')];
};

/** A DNS label that begins with a letter, as the names of versions. */
export const dns1035Label: Format = (text) => {
  if (text.length > 63) return ['must be no more than 63 bytes'];
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    'and end with an alphanumeric character';
  return pattern(text, patterns.dns1035Label, message, 'my-name', 'abc-123');
};

/** A lowercase RFC 1123 subdomain. */
export const dnsSubdomain: Format = (text) => {
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
    'and end with an alphanumeric character';
  return [...atMost(text, 253), ...pattern(text, patterns.subdomain, message, 'example.com')];
};

/** A DNS name of which the first label may be `*`. */
export const wildcardSubdomain: Format = (text) => {
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of " +
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...atMost(text, 253), ...pattern(text, whole(`\\*\\.${SUBDOMAIN}`), message, '*.example.com')];
};

const KEY_NAME_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_EXAMPLES = ['MyName', 'my.name', '123-abc'] as const;

/** A name with an optional DNS prefix: the key of a label, a finalizer. */
export const qualifiedName: Format = (text) => {
  const parts = text.split('/');
  if (parts.length > 2) {
    const [message = ''] = pattern(
      '',
      patterns.keyName,
      `a valid label key ${KEY_NAME_MESSAGE}`,
      ...KEY_EXAMPLES,
    );
    return [`${message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const [name = '', prefix] = parts.toReversed();
  const problems = prefix === undefined ? [] : prefixProblems(prefix);
  if (name === '') problems.push('name part must be non-empty');
  else problems.push(...atMost(name, 63).map((text) => `name part ${text}`));
  return [...problems, ...pattern(name, patterns.keyName, `name part ${KEY_NAME_MESSAGE}`, ...KEY_EXAMPLES)];
};

function prefixProblems(prefix: string): string[] {
  const problems = prefix === '' ? ['must be non-empty'] : dnsSubdomain(prefix);
  return problems.map((text) => `prefix part ${text}`);
}

/** The value of a label. */
export const labelValue: Format = (text) => {
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start " +
    'and end with an alphanumeric character';
  return [
    ...atMost(text, 63),
    ...pattern(text, patterns.labelValue, message, 'MyValue', 'my_value', '12345'),
  ];
};

/** The key of a ConfigMap or Secret, which is the name of a file. */
export const configKey: Format = (text) => {
  const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  return [
    ...atMost(text, 253),
    ...pattern(text, patterns.configKey, message, 'key.name', 'KEY_NAME', 'key-name'),
    ...upwards(text),
  ];
};

/** A name that could leave its directory. */
function upwards(text: string): string[] {
  if (text === '.' || text === '..') return [`must not be '${text}'`];
  return text.startsWith('..') ? ["must not start with '..'"] : [];
}

/** A name that is a part of a path. */
export const pathSegment: Format = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  const problems = ['/', '%']
    .filter((text) => name.includes(text))
    .map((text) => `may not contain '${text}'`);
  // PostgreSQL stores neither.
  if (name.includes('\0') || !name.isWellFormed())
    problems.push('may only contain characters of Unicode but U+0000');
  return problems;
};

/** A path below a domain. */
export const domainPath: Format = (text) => {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1)
    return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  return [
    ...dnsSubdomain(text.slice(0, slash)),
    ...pattern(text.slice(slash + 1), patterns.httpPath, 'Invalid path'),
  ];
};

/** A percentage such as `25%`. */
export const percent: Format = (text) =>
  pattern(
    text,
    patterns.percent,
    "a valid percent string must be a numeric string followed by an ending '%'",
    ...['1%', '93%'],
  );

/** The name of a port of a container. */
export const portName: Format = (text) => {
  const problems = atMost(text, 15);
  if (!patterns.portName.test(text))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};

/** The name of an environment variable. */
export const variableName: Format = (text) => {
  const problems = text === '' ? ['environment variable name must be non-empty'] : [];
  if (!/^[ -<>-~]*$/.test(text))
    problems.push(
      "a valid environment variable name must consist only of printable ASCII characters other than '='",
    );
  return problems;
};

/** The name of an HTTP header. */
export const httpHeader: Format = (text) =>
  pattern(
    text,
    patterns.httpHeader,
    "a valid HTTP header must consist of alphanumeric characters or '-'",
    'X-Header-Name',
  );

/** What is wrong with the number of a port. */
export function portNumber(port: number): string[] {
  return inRange(port, 1, 65_535);
}

/** What is wrong with a number that has bounds. */
function inRange(value: number, least: number, most: number): string[] {
  return value >= least && value <= most ? [] : [`must be between ${least} and ${most}, inclusive`];
}
