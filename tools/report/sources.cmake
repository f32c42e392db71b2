# What the page is made of, in the order in which it stands there.
set(PAGE_TEMPLATE page/page.html)
set(PAGE_LICENCE third_party/uplot/LICENSE)
set(PAGE_STYLES third_party/uplot/uPlot.min.css page/style.css)
set(PAGE_SCRIPTS
    third_party/uplot/uPlot.iife.min.js
    page/text.js
    page/data.js
    page/comparison.js
    page/palette.js
    page/scales.js
    page/figure.js
    page/chart.js
    page/decision_map.js
    page/curves.js
    page/speedup.js
    page/agreement.js
    page/timeline.js
    page/links.js
    page/steps.js
    page/table.js
    page/page.js)
