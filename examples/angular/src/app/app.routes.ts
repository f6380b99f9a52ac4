import type { Routes } from '@angular/router';

export const routes: Routes = [
  {
    path: '',
    title: 'Rows in order',
    loadComponent: () =>
      import('./look-up/look-up.page').then(({ LookUpPage }) => LookUpPage),
  },
  {
    path: 'list',
    title: 'A list in the address',
    loadComponent: () =>
      import('./list/list.page').then(({ ListPage }) => ListPage),
  },
  { path: '**', redirectTo: '' },
];
