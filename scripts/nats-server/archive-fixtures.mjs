// Builds small archives for the tests: what the release host and the package index would send.
import { deflateRawSync, gzipSync } from 'node:zlib';

/** A .tar.gz of `{ path: content }`. */
export function tarGz(files) {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const data = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(path, 0, 'latin1');
    header.write('0000755', 100, 'latin1');
    header.write(data.length.toString(8).padStart(11, '0'), 124, 'latin1');
    header.write('0', 156, 'latin1');
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A .zip of `{ path: content }`, deflated or stored. */
export function zip(files, { packed }) {
  const locals = [];
  const centrals = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    const body = packed ? deflateRawSync(data) : data;
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(packed ? 8 : 0, 4);
    shared.writeUInt32LE(body.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(offset, 10);
    locals.push(Buffer.from('PK\x03\x04'), shared, name, body);
    centrals.push(Buffer.from('PK\x01\x02\x14\x00'), shared, central, name);
    offset += 30 + name.length + body.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
