/** A result differs from what the demo expects, or the platform is unreachable. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}
