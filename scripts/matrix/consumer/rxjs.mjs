// rxjs in one file, for browsers: its own ES modules name each other without an ending, which only bundlers understand.
export * from 'rxjs';
export { TestScheduler } from 'rxjs/testing';
