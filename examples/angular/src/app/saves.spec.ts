import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Saves } from './saves';

describe('the changes of a user', () => {
  let active: TestRequest[];
  let saves: Saves;
  beforeEach(() => {
    active = [];
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting()],
    });
    saves = TestBed.inject(Saves);
  });

  /** The changes that are on their way, as in `1 {"name":"Ann"}`. */
  const sent = () => {
    active.push(...TestBed.inject(HttpTestingController).match(() => true));
    active = active.filter(({ cancelled }) => !cancelled);
    return active.map(({ request: { url, body } }) => {
      return `${url.split('/').at(-1)} ${JSON.stringify(body)}`;
    });
  };
  const answer = (change: string, status = 200) => {
    const [request] = active.splice(sent().indexOf(change), 1);
    request!.flush({}, { status, statusText: 'as told' });
  };

  test('are saved one after the other, those of other users at once', () => {
    saves.save({ user: 1, fields: { name: 'Ann' } });
    saves.save({ user: 1, fields: { name: 'Anna' } });
    saves.save({ user: 2, fields: { name: 'Bob' } });
    expect(sent()).toEqual(['1 {"name":"Ann"}', '2 {"name":"Bob"}']);
    expect(saves.pending()).toBe(3);
    answer('2 {"name":"Bob"}');
    expect(sent()).toEqual(['1 {"name":"Ann"}']);
    expect(saves.pending()).toBe(2);
    answer('1 {"name":"Ann"}');
    expect(sent()).toEqual(['1 {"name":"Anna"}']);
    answer('1 {"name":"Anna"}');
    expect(saves.pending()).toBe(0);
    expect(saves.failed()).toEqual(new Set());
  });

  test('go on after one that failed, and the user is marked until one is saved', () => {
    saves.save({ user: 1, fields: { name: '' } });
    saves.save({ user: 1, fields: { name: 'Ann' } });
    expect(sent()).toEqual(['1 {"name":""}']);
    answer('1 {"name":""}', 422);
    expect(saves.failed()).toEqual(new Set([1]));
    expect(sent()).toEqual(['1 {"name":"Ann"}']);
    answer('1 {"name":"Ann"}');
    expect(saves.failed()).toEqual(new Set());
  });

  test('go on after one that hangs, which is aborted after ten seconds', async () => {
    vi.useFakeTimers();
    try {
      saves.save({ user: 1, fields: { name: 'Ann' } });
      saves.save({ user: 1, fields: { name: 'Anna' } });
      await vi.advanceTimersByTimeAsync(9_999);
      expect(sent()).toEqual(['1 {"name":"Ann"}']);
      await vi.advanceTimersByTimeAsync(1);
      expect(sent()).toEqual(['1 {"name":"Anna"}']);
      expect(saves.failed()).toEqual(new Set([1]));
    } finally {
      vi.useRealTimers();
    }
  });

  test('are aborted, and no more are sent, when the application ends', () => {
    saves.save({ user: 1, fields: { name: 'Ann' } });
    saves.save({ user: 1, fields: { name: 'Anna' } });
    expect(sent()).toHaveLength(1);
    TestBed.resetTestingModule();
    expect(active.map(({ cancelled }) => cancelled)).toEqual([true]);
  });
});
