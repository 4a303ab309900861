/** Parts inside which folders must not import each other in a circle. */
const parts = ['kernel', 'gateway', 'kubesim', 'engine', 'subgraphs/[^/]+'];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-file-cycles',
      comment:
        'Files must not import each other in a circle, type imports included: split off what both need.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...parts.map((part) => ({
      name: `no-folder-cycles-in-${part.replace('/[^/]+', '')}`,
      comment: 'Folders of one part must not import each other in a circle (docs/architecture.md).',
      severity: 'error',
      scope: 'folder',
      from: { path: `^${part}/` },
      to: { circular: true, path: `^${part}/` },
    })),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist|generated)/' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
