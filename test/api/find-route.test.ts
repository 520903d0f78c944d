// Which route a path leads to: the same one that Express would find by trying one after the other.
import assert from 'node:assert/strict';
import express from 'express';
import { createRouteFinder, type MountedRoute } from '../../api/find-route.ts';
import type { Route } from '../../api/route.ts';
import { isRefusal, RefusalError } from '../../schema/refusals.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Of a route the finder reads nothing else. */
const declared = (method: Route['method'], path: Route['path']): MountedRoute => ({
  prefix: '/v1',
  route: { method, path } as Route,
});

describe('the finder of routes', () => {
  const find = createRouteFinder([
    declared('get', '/plans'),
    declared('post', '/plans'),
    declared('get', '/plans/:planId'),
    declared('get', '/plans/:planId/rooms'),
    declared('get', '/plans/:planId/exports/:what.csv'),
    declared('get', '/plans/:planId/exports/:what.ndjson'),
    declared('get', '/plans/imports/:importId'),
    declared('delete', '/rooms/:roomId/people/:personId'),
  ]);
  const found = (method: string, path: string) => {
    const one = find(method, path);
    return one && [one.pattern, one.params];
  };

  it('finds by method and segments, and says what stands in the place of each name', () => {
    assert.deepEqual(found('GET', '/v1/plans'), ['/v1/plans', {}]);
    assert.deepEqual(found('GET', '/v1/plans/p1'), ['/v1/plans/:planId', { planId: 'p1' }]);
    assert.deepEqual(found('DELETE', '/v1/rooms/r/people/p%2F%ed%95%9c'), [
      '/v1/rooms/:roomId/people/:personId',
      { roomId: 'r', personId: 'p/한' },
    ]);
    assert.deepEqual(found('GET', '/v1/plans/imports/rooms'), ['/v1/plans/imports/:importId', { importId: 'rooms' }]);
    assert.deepEqual(found('GET', '/v1/plans/imports'), ['/v1/plans/:planId', { planId: 'imports' }]);
    assert.deepEqual(found('GET', '/v1/plans/p/exports/audit.csv'), [
      '/v1/plans/:planId/exports/:what.csv',
      { planId: 'p', what: 'audit' },
    ]);
    assert.deepEqual(found('GET', '/v1/plans/__proto__'), ['/v1/plans/:planId', { planId: '__proto__' }]);
  });

  it('answers HEAD by GET, bears one slash at the end, and finds nothing else', () => {
    assert.deepEqual(found('HEAD', '/v1/plans/p1/'), ['/v1/plans/:planId', { planId: 'p1' }]);
    for (const [method, path] of [
      ['GET', '/v1/plans/p1//'],
      ['GET', '/v1//p1'],
      ['GET', '/v1/plans/p1/'.repeat(2)],
      ['GET', '/V1/plans'],
      ['GET', '/'],
      ['GET', ''],
      ['GET', '/v1/plans/p/exports/.csv'],
      ['GET', '/v1/plans/p/exports/audit.tar'],
      ['PUT', '/v1/plans'],
      ['HEAD', '/v1/rooms/r/people/p'],
      ['constructor', '/v1/plans'],
    ] as const)
      assert.equal(found(method, path), undefined, `${method} ${path}`);
  });

  it('refuses a name that is not UTF-8, and two routes for the same requests', () => {
    assert.throws(
      () => find('GET', '/v1/plans/%ff'),
      (error) =>
        error instanceof RefusalError && isRefusal(error.refusal) && error.refusal.refused === 'REQUEST_INVALID',
    );
    const twice = [declared('get', '/plans/:planId'), declared('get', '/plans/:id')];
    assert.throws(() => createRouteFinder(twice), /two routes are for GET/);
  });

  describe('of the api', function () {
    this.timeout(30_000);
    let api: RunningApi;
    before(async () => {
      api = await startApi('find-route');
    });
    after(() => api.stop());

    it('finds for every route what Express finds', async () => {
      const finder = createRouteFinder(api.routes);
      const router = express.Router({ caseSensitive: true });
      let tried: { pattern: string; params: object } | undefined;
      for (const { prefix, route } of api.routes)
        router[route.method](`${prefix}${route.path}`, (request) => {
          tried ??= { pattern: `${prefix}${route.path}`, params: { ...request.params } };
        });
      for (const { prefix, route } of api.routes) {
        let names = 0;
        const path = `${prefix}${route.path}`.replaceAll(/:\w+/g, () => `name-${++names}%20`);
        for (const method of route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()]) {
          tried = undefined;
          router({ method, url: path } as express.Request, {} as express.Response, () => {});
          const { pattern, params } = finder(method, path) ?? {};
          assert.deepEqual({ pattern, params }, tried, `${method} ${path}`);
        }
      }
      assert.ok(api.routes.length > 100);
    });

    it('says so where a path is not UTF-8, and where there is nothing', async () => {
      const token = await api.adminToken();
      const bad = await api.call('GET', '/v1/plans/%ff', { token });
      assert.deepEqual([bad.status, (bad.body as { code: string }).code], [422, 'REQUEST_INVALID']);
      const none = await api.call('GET', '/v1/plans/a/b/c', { token });
      assert.deepEqual([none.status, (none.body as { code: string }).code], [404, 'ROUTE_UNKNOWN']);
      const head = await fetch(`${api.url}/health`, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
    });
  });
});
