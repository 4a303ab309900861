import { type Dispatcher, WebSocket } from 'undici';

/** Numbers of the channels of exec and attach. */
export const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;

/** A WebSocket of exec, attach or port-forward: the first byte of each message is the number of its channel. */
export class ChannelConnection implements Disposable {
  /** What was received, by channel. */
  private readonly received = new Map<number, Buffer>();
  private readonly webSocket: WebSocket;
  /** Settles when the connection has ended. */
  readonly ended: Promise<void>;
  private readonly opened: Promise<void>;

  constructor(
    url: string,
    options: {
      readonly dispatcher: Dispatcher;
      readonly headers: Readonly<Record<string, string>>;
      readonly protocols: readonly string[];
    },
  ) {
    this.webSocket = new WebSocket(url.replace(/^http/, 'ws'), {
      ...options,
      headers: { ...options.headers },
      protocols: [...options.protocols],
    });
    this.webSocket.binaryType = 'arraybuffer';
    this.webSocket.addEventListener('message', ({ data }) => this.receive(Buffer.from(data as ArrayBuffer)));
    this.ended = new Promise((resolve) => this.webSocket.addEventListener('close', () => resolve()));
    this.opened = new Promise((resolve, reject) => {
      this.webSocket.addEventListener('open', () => resolve());
      this.webSocket.addEventListener('error', () => reject(new Error(`no WebSocket at ${url}`)));
    });
    this.opened.catch(() => undefined);
  }

  /** The subprotocol that the server has chosen. */
  async protocol(): Promise<string> {
    await this.opened;
    return this.webSocket.protocol;
  }

  /** Sends data on a channel; on the channel `close`, the number of the channel to close. */
  async send(channel: number, data: string | Uint8Array): Promise<void> {
    await this.opened;
    this.webSocket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
  }

  /** What was received on a channel so far. */
  bytes(channel: number): Buffer {
    return this.received.get(channel) ?? Buffer.alloc(0);
  }

  text(channel: number): string {
    return this.bytes(channel).toString();
  }

  /** The outcome of exec or attach, after the end of the connection. */
  async status(): Promise<unknown> {
    await this.opened;
    await this.ended;
    return JSON.parse(this.text(channels.error) || 'null');
  }

  [Symbol.dispose](): void {
    this.webSocket.close();
  }

  private receive(message: Buffer): void {
    const [channel = 0] = message;
    this.received.set(channel, Buffer.concat([this.bytes(channel), message.subarray(1)]));
  }
}
