"use strict";
const root = document.documentElement;
function speak(language) {
  root.dataset.language = language;
  root.lang = language === "zh" ? "zh-CN" : "en";
}
document.getElementById("language").addEventListener("click", () => speak(root.dataset.language === "zh" ? "en" : "zh"));
document.getElementById("print").addEventListener("click", () => window.print());
const viewer = document.getElementById("viewer");
for (const still of document.querySelectorAll(".still")) {
  still.addEventListener("click", () => {
    viewer.querySelector("img").src = still.querySelector("img").src;
    viewer.querySelector("p").textContent = still.dataset.caption;
    viewer.showModal();
  });
}
viewer.addEventListener("click", () => viewer.close());
