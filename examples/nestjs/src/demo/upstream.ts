/** The slow upstream alone, on the port that is given. Ctrl-C ends it. */
import { slowly } from './slowly.js';
import { UpstreamServer } from './upstream-server.js';

const upstream = await UpstreamServer.start(slowly, Number(process.argv[2]));
console.log(`The upstream listens on ${upstream.url}`);
