import { install, need } from '../support/setup.mjs';

install(import.meta.dirname);
await need(['redis-server'], 'redis-server');
