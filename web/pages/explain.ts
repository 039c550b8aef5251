// SPDX-License-Identifier: EUPL-1.2
// How we measure, what the colours mean, and how sure a number is.

import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'explain',
  path: 'uitleg',
  inMenu: 'explain.menu',
  title: (c) => c.t('explain.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('explain.title')}</h1>
      <p class="lead">${c.t('explain.lead')}</p>
      <h2 id="meten">${c.t('explain.how')}</h2>
      <p>${c.t('explain.how.1')} ${c.t('explain.how.2')} ${c.t('explain.how.3')}</p>
      <h2 id="kleuren">${c.t('explain.colours')}</h2>
      <p>${c.t('explain.colours.1')} ${c.t('explain.colours.2')}</p>
      {{#scales}}<h3>{{name}} <span class="unit">{{unit}}</span></h3>
      <ul class="legend-classes">{{#classes}}<li><span class="chip {{class}}"></span> <span>{{word}} <span class="range">{{range}}</span></span></li>{{/classes}}</ul>
      <p class="small">{{note}}</p>{{/scales}}
      <h2 id="vormen">${c.t('explain.shapes')}</h2>
      <ul class="legend-kinds legend-kinds-list">{{#kinds}}<li>{{{mark}}} {{name}}</li>{{/kinds}}</ul>
      <h2 id="zekerheid">${c.t('explain.sure')}</h2>
      <p>${c.t('explain.sure.1')} ${c.t('explain.sure.2')} ${c.t('explain.sure.3')}</p>
      <h2 id="oud">${c.t('explain.old')}</h2>
      <p>${c.t('explain.old.1')} ${c.t('explain.old.2')} ${c.t('explain.old.3')}</p>
      <h2 id="woorden">${c.t('explain.words')}</h2>
      <dl class="words">
        <div><dt>${c.t('explain.word.pm25')}</dt><dd>${c.t('explain.word.pm25.1')} ${c.t('explain.word.pm25.2')}</dd></div>
        <div><dt>${c.t('explain.word.no2')}</dt><dd>${c.t('explain.word.no2.1')}</dd></div>
        <div><dt>${c.t('explain.word.noise')}</dt><dd>${c.t('explain.word.noise.1')} ${c.t('explain.word.noise.2')}</dd></div>
        <div><dt>${raw('µg/m³')}</dt><dd>${c.t('explain.word.ug')}</dd></div>
      </dl>
    </article>`,
};
