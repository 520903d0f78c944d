// What runs inside a network namespace of the firewall's test: `listen PORT…` holds all of these ports open until it is ended,
// `try HOST FROM PORT …` prints, for each pair of an address to come from and a port, whether a connection comes about.
import { connect, createServer } from 'node:net';

const DROPPED_MS = 300;
const [word = '', ...args] = process.argv.slice(2);

function opens(host: string, from: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress: from });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    // The kernel answers at once; what has answered is heard before it counts as dropped, however late this process is.
    setTimeout(() => setImmediate(() => setImmediate(() => end(false))), DROPPED_MS);
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

if (word === 'listen') {
  const listening = args.map(
    (port) => new Promise<void>((resolve) => createServer().listen(Number(port), '0.0.0.0', resolve)),
  );
  await Promise.all(listening);
  process.stdout.write('listening\n');
} else {
  const [host = '', froms = '', ports = ''] = args;
  const pairs = froms.split(',').flatMap((from) => ports.split(',').map((port) => [from, port] as const));
  const open = await Promise.all(pairs.map(([from, port]) => opens(host, from, Number(port))));
  process.stdout.write(JSON.stringify(pairs.filter((_, index) => open[index])));
}
