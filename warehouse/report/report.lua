-- A value with its place: in Word a link to the annex whose tip tells the place, in HTML a title and data attributes,
-- elsewhere the plain text.
local function escape(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

function Span(span)
  if not span.classes:includes("cited") then return nil end
  local place, anchor = span.attributes.place, span.attributes.anchor
  if FORMAT == "docx" then
    return pandoc.RawInline("openxml", '<w:hyperlink w:anchor="' .. anchor .. '" w:tooltip="' .. escape(place) ..
      '" w:history="0"><w:r><w:t xml:space="preserve">' .. escape(pandoc.utils.stringify(span.content)) ..
      "</w:t></w:r></w:hyperlink>")
  elseif FORMAT:match("html") then
    return pandoc.Span(span.content, { class = "cited", title = place, ["data-place"] = place })
  end
  return span.content
end

-- Typst is not told the description of a picture unless one writes it out.
function Image(image)
  if FORMAT ~= "typst" or not image.attributes.alt then return nil end
  local alt = image.attributes.alt:gsub("\\", "\\\\"):gsub('"', '\\"')
  return pandoc.RawInline("typst", '#image("' .. image.src .. '", alt: "' .. alt .. '", width: 100%)')
end
