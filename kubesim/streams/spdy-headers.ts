import { createInflate, type Inflate } from 'node:zlib';

/** Names and values of the dictionary of SPDY/3 that stand in it with their length. */
const WORDS =
  'options,head,post,put,delete,trace,accept,accept-charset,accept-encoding,accept-language,accept-ranges,age,allow,authorization,cache-control,connection,content-base,content-encoding,content-language,content-length,content-location,content-md5,content-range,content-type,date,etag,expect,expires,from,host,if-match,if-modified-since,if-none-match,if-range,if-unmodified-since,last-modified,location,max-forwards,pragma,proxy-authenticate,proxy-authorization,range,referer,retry-after,server,te,trailer,transfer-encoding,upgrade,user-agent,vary,via,warning,www-authenticate,method,get,status,200 OK,version,HTTP/1.1,url,public,set-cookie,keep-alive,origin';
/** The values of the dictionary without their length. */
const VALUES =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

const DICTIONARY = Buffer.concat([...WORDS.split(',').map(withLength), Buffer.from(VALUES)]);

/** Most bytes of the headers of a stream. */
const MAX_HEADERS = 16 * 1024;

function withLength(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

/** Reads the header blocks of a connection, which are parts of one compressed stream. */
export class HeaderReader implements Disposable {
  private readonly inflate: Inflate = createInflate({ dictionary: DICTIONARY });
  private parts: Buffer[] = [];
  private size = 0;

  constructor() {
    this.inflate.on('data', (part: Buffer) => {
      this.size += part.length;
      // A small block can expand to gigabytes.
      if (this.size > MAX_HEADERS) this.inflate.destroy(new Error('the headers of a stream are too long'));
      else this.parts.push(part);
    });
  }

  /** The headers of the next block, by their names in lower case. Throws if the block is malformed. */
  async read(block: Buffer): Promise<ReadonlyMap<string, string>> {
    await new Promise<void>((resolve, reject) => {
      this.inflate.once('error', reject);
      this.inflate.write(block, (error) => (error ? reject(error) : resolve()));
    });
    this.inflate.removeAllListeners('error');
    const bytes = Buffer.concat(this.parts.splice(0));
    this.size = 0;
    return parseHeaders(bytes);
  }

  [Symbol.dispose](): void {
    this.inflate.on('error', () => undefined).destroy();
  }
}

function parseHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const number = () => bytes.readUInt32BE((at += 4) - 4);
  const text = () => {
    const length = number();
    if (at + length > bytes.length) throw new Error('the headers of a stream are malformed');
    return bytes.toString('utf8', at, (at += length));
  };
  for (let count = number(); count > 0; count -= 1) headers.set(text().toLowerCase(), text());
  return headers;
}

/** Writes header blocks without headers, uncompressed: all that replies to streams need. */
export class EmptyHeaderWriter {
  private isFirst = true;

  next(): Buffer {
    // A stored block of deflate with the number of headers, 0; and an empty one, at which readers stop.
    const block = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    // The zlib stream of the connection starts once.
    const start = this.isFirst ? Buffer.from([0x78, 0x01]) : Buffer.alloc(0);
    this.isFirst = false;
    return Buffer.concat([start, block]);
  }
}
